import { MunimentError } from '../../kernel/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/credentials.ts';
import { checkCredential } from '../read/check.ts';
import { idsOf, viewCredential, viewDecision } from '../read/credentials.ts';
import { namesOf, refOrNull } from '../read/names.ts';
import { pageOfCredentials } from '../read/queries.ts';
import { before, nextOf } from './facts.ts';
import type { Rooms } from './rooms.ts';

export function mountCredentials(app: Api, { log, database, clock, registry }: Rooms): void {
  const { db } = database;
  const now = () => clock.now().toISOString();
  const idOf = async (idOrName: string | undefined) => {
    if (idOrName === undefined) return undefined;
    return (await registry.identity(idOrName)).id;
  };

  app.openapi(contract.listCredentials, async (c) => {
    const { identity, live, limit, cursor } = c.req.valid('query');
    const endsAfter = live === 'true' ? now() : undefined;
    const page = { identity: await idOf(identity), before: before(cursor), limit, endsAfter };
    const rows = await pageOfCredentials(db, page);
    const [view, names] = [await log.view(), await namesOf(log, rows.flatMap(idsOf))];
    const items = rows.map((row) => viewCredential(row, view, names, now()));
    const wanted =
      live === undefined ? items : items.filter(({ state }) => (state === 'live') === (live === 'true'));
    return c.json({ items: wanted, next: nextOf(rows, limit) }, 200);
  });

  app.openapi(contract.getCredential, async (c) => {
    const { index } = c.req.valid('param');
    const row = (await log.row('credential', index)) ?? (await log.row('refusal', index));
    if (row === undefined) throw new MunimentError('not_found', `entry ${index} is no grant and no refusal`);
    const names = await namesOf(log, idsOf(row));
    return c.json(viewDecision(row, await log.view(), names, now()), 200);
  });

  app.openapi(contract.checkCredential, async (c) => {
    const { identity, ...answer } = await checkCredential(log, c.req.valid('json'), now());
    const names = await namesOf(log, identity === null ? [] : [identity]);
    return c.json({ ...answer, identity: refOrNull(names, identity) }, 200);
  });
}
