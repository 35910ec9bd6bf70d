import { MunimentError } from '../../kernel/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/credentials.ts';
import { checkCredential } from '../read/check.ts';
import { idsOf, viewCredential, viewDecision } from '../read/credentials.ts';
import { namesOf, refOrNull } from '../read/names.ts';
import { pageOfCredentials } from '../read/queries.ts';
import { validAt } from '../read/valid-at.ts';
import { locksAt, momentOf } from '../read/when.ts';
import { nextOf, pageAt } from './facts.ts';
import type { Rooms } from './rooms.ts';

export function mountCredentials(app: Api, rooms: Rooms): void {
  const { log, database, clock, registry } = rooms;
  const { db } = database;
  const now = () => clock.now().toISOString();
  const idOf = async (idOrName: string | undefined) => {
    if (idOrName === undefined) return undefined;
    return (await registry.identity(idOrName)).id;
  };

  app.openapi(contract.listCredentials, async (c) => {
    const { identity, live, limit, cursor, ...asked } = c.req.valid('query');
    const moment = await momentOf(log, asked, clock.now());
    const endsAfter = live === 'true' ? moment.now : undefined;
    const page = { identity: await idOf(identity), ...pageAt(moment, cursor), limit, endsAfter };
    const rows = await pageOfCredentials(db, page);
    const [locks, names] = [await locksAt(rooms, moment, rows), await namesOf(log, rows.flatMap(idsOf))];
    const items = rows.map((row) => viewCredential(row, locks, names, moment.now));
    const wanted =
      live === undefined ? items : items.filter(({ state }) => (state === 'live') === (live === 'true'));
    return c.json({ items: wanted, next: nextOf(rows, limit) }, 200);
  });

  app.openapi(contract.getCredential, async (c) => {
    const { index } = c.req.valid('param');
    const moment = await momentOf(log, c.req.valid('query'), clock.now());
    const { when } = moment;
    const row = (await log.row('credential', index, when)) ?? (await log.row('refusal', index, when));
    if (row === undefined) throw new MunimentError('not_found', `entry ${index} is no grant and no refusal`);
    const names = await namesOf(log, idsOf(row));
    return c.json(viewDecision(row, await locksAt(rooms, moment, [row]), names, moment.now), 200);
  });

  app.openapi(contract.checkCredential, async (c) => {
    const { identity, ...answer } = await checkCredential(log, c.req.valid('json'), now());
    const names = await namesOf(log, identity === null ? [] : [identity]);
    return c.json({ ...answer, identity: refOrNull(names, identity) }, 200);
  });

  app.openapi(contract.validAt, async (c) => {
    const { at, ...asked } = c.req.valid('json');
    const { identity, ...answer } = await validAt(
      rooms,
      asked,
      at === undefined ? now() : new Date(at).toISOString(),
    );
    const names = await namesOf(log, identity === null ? [] : [identity]);
    return c.json({ ...answer, identity: refOrNull(names, identity) }, 200);
  });
}
