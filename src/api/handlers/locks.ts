import { MunimentError } from '../../kernel/index.ts';
import type { LockTarget } from '../../revocation/index.ts';
import type { Api } from '../app.ts';
import { introspect } from '../contract/agents.ts';
import * as contract from '../contract/declared.ts';
import { actorOf } from '../env.ts';
import { viewLock } from '../read/declared.ts';
import { namesOf } from '../read/names.ts';
import { momentOf } from '../read/when.ts';
import { checkAlive } from './alive.ts';
import type { Rooms } from './rooms.ts';

export function mountLocks(app: Api, rooms: Rooms): void {
  const { log, clock, revocation } = rooms;

  app.openapi(contract.placeLock, async (c) => {
    const { target, reason } = c.req.valid('json');
    const id = await idOf(rooms, target);
    return c.json(await revocation.lock({ kind: target.kind, id }, reason, actorOf(c.get('caller'))), 200);
  });

  app.openapi(contract.liftLock, async (c) => {
    const lifted = await revocation.lift(
      c.req.valid('param').id,
      c.req.valid('json').reason,
      actorOf(c.get('caller')),
    );
    return c.json(lifted, 200);
  });

  app.openapi(contract.getLock, async (c) => {
    const { id } = c.req.valid('param');
    const { when } = await momentOf(log, c.req.valid('query'), clock.now());
    const row = await log.row('lock', id, when);
    if (row === undefined) throw new MunimentError('not_found', 'there is no such lock');
    const names = await namesOf(log, [row.actor, row.target.id]);
    const probes = (await log.rows('probe', when)).filter(({ lock }) => lock === id);
    const records = probes.map(({ entry, recorded, probes }) => ({ entry, recorded, probes }));
    return c.json({ ...viewLock(row, names), probes: records.sort((a, b) => a.entry - b.entry) }, 200);
  });

  // RFC 7662, section 2.2; RFC 6749, section 5.1: never kept by a cache.
  app.openapi(introspect, async (c) => {
    await checkAlive(rooms, c);
    return c.json({ ...(await revocation.introspect(c.req.valid('form').token)) }, 200);
  });
}

/** People write names; entries carry ids. */
async function idOf({ log, registry }: Rooms, { kind, id }: LockTarget): Promise<string> {
  const view = await log.view();
  switch (kind) {
    case 'owner':
      return (await registry.personByName(id))?.id ?? id;
    case 'agent':
      return [...view.rows('agent').values()].findLast(({ name }) => name === id)?.id ?? id;
    case 'identity':
    case 'application':
    case 'trust':
      return view.named(kind, id)?.id ?? id;
    default:
      return id;
  }
}
