import type { Api } from '../app.ts';
import { readNames } from '../contract/names.ts';
import { namesOf } from '../read/names.ts';
import type { Rooms } from './rooms.ts';

export function mountNames(app: Api, { log }: Rooms): void {
  app.openapi(readNames, async (c) => c.json({ names: await namesOf(log, c.req.valid('json').ids) }, 200));
}
