import { Readable } from 'node:stream';
import { explain } from '../../config.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/evidence.ts';
import { actorOf } from '../env.ts';
import { viewControls } from '../read/controls.ts';
import { overviewAt } from '../read/overview.ts';
import { entriesBefore, momentOf, periodEnd } from '../read/when.ts';
import type { Rooms } from './rooms.ts';

export function mountEvidence(app: Api, rooms: Rooms): void {
  const { log, clock, evidence, config } = rooms;

  app.openapi(contract.listControls, async (c) => {
    const { from, to: named, ...when } = c.req.valid('query');
    const moment = await momentOf(log, when, clock.now());
    const to = named ?? (await periodEnd(log, moment));
    const asked = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    const { period, results } = await evidence.verdicts(asked);
    const history = await evidence.history(await entriesBefore(log, moment));
    return c.json({ period, controls: viewControls(results, history) }, 200);
  });

  app.openapi(contract.buildPackage, async (c) => {
    const { from, to, withhold } = c.req.valid('json');
    const actor = actorOf(c.get('caller'));
    const built = await evidence.build({ from, to, actor, ...(withhold === undefined ? {} : { withhold }) });
    return c.body(Readable.toWeb(built.stream()) as ReadableStream, 200, {
      'content-length': String(built.size),
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="muniment-evidence.zip"',
    }) as never;
  });

  app.openapi(contract.overview, async (c) => {
    const moment = await momentOf(log, c.req.valid('query'), clock.now());
    return c.json(await overviewAt(rooms, moment), 200);
  });

  app.openapi(contract.getConfig, (c) => c.json({ settings: explain(config) }, 200));
}
