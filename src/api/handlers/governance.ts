import { ownedThings } from '#verifier';
import type { Api } from '../app.ts';
import * as contract from '../contract/governance.ts';
import { approversOf, viewException, viewOwned } from '../read/governance.ts';
import { namesOf } from '../read/names.ts';
import { momentOf } from '../read/when.ts';
import type { Rooms } from './rooms.ts';

/** Exceptions, and who answers for what. */
export function mountGovernance(app: Api, { log, clock }: Rooms): void {
  app.openapi(contract.listExceptions, async (c) => {
    const { when, now } = await momentOf(log, c.req.valid('query'), clock.now());
    const rows = (await log.rows('exception', when)).filter(({ retired }) => !retired);
    const changes = new Map((await log.rows('change', when)).map((change) => [change.id, change]));
    const ids = rows.flatMap(({ spec, change, entry }) => [
      spec.subject,
      spec.owner,
      change ?? '',
      ...approversOf(changes.get(change ?? ''), entry),
    ]);
    const names = await namesOf(log, ids);
    const items = rows.map((row) => viewException(row, changes.get(row.change ?? ''), names, now));
    return c.json({ items: items.sort((a, b) => (a.until < b.until ? -1 : 1)) }, 200);
  });

  app.openapi(contract.listControlOwners, async (c) => {
    const { when } = await momentOf(log, c.req.valid('query'), clock.now());
    const [trusts, policies, owners, persons] = await Promise.all([
      log.rows('trust', when),
      log.rows('policy', when),
      log.rows('control_owner', when),
      log.rows('person', when),
    ]);
    const things = ownedThings({ trusts, policies, owners });
    const ids = things.flatMap(({ target, row }) => [
      target,
      ...(row ? [row.spec.owner, row.spec.reviewer] : []),
    ]);
    const people = new Map(persons.map((row) => [row.id, row]));
    const items = viewOwned(things, people, await namesOf(log, ids));
    return c.json({ holes: items.filter(({ hole }) => hole).length, items }, 200);
  });
}
