import { MunimentError } from '../../kernel/index.ts';
import { knownOf } from '../../store/index.ts';
import type { Api } from '../app.ts';
import * as declared from '../contract/declared.ts';
import * as contract from '../contract/identities.ts';
import { actorOf } from '../env.ts';
import { idsOf, viewCredential, viewDecision } from '../read/credentials.ts';
import {
  ownerIn,
  viewAgent,
  viewFinding,
  viewLock,
  viewPolicy,
  viewProfile,
  viewTrust,
} from '../read/declared.ts';
import { viewEntries } from '../read/entries.ts';
import { surroundings, viewIdentities } from '../read/identities.ts';
import { namesOf, refOf } from '../read/names.ts';
import { countByApplication, pageOfCredentials, pageOfRefusals } from '../read/queries.ts';
import { entriesBefore, locksAt, type Moment, momentOf } from '../read/when.ts';
import type { Rooms } from './rooms.ts';

/** Identities and everything around them. */
export function mountIdentities(app: Api, { log, database, clock, config, registry }: Rooms): void {
  const { db } = database;
  const scene = { log, db, trustDomain: config.trustDomain };

  app.openapi(contract.listIdentities, async (c) => {
    const { asOf, knownAt, ...filter } = c.req.valid('query');
    const moment = await momentOf(log, { asOf, knownAt }, clock.now());
    const { items, next } = await registry.listIdentities(present(filter), moment.when);
    return c.json({ items: await viewIdentities(scene, items, moment), next }, 200);
  });

  app.openapi(contract.getIdentity, async (c) => {
    const moment = await momentOf(log, c.req.valid('query'), clock.now());
    const row = await registry.identity(c.req.valid('param').id, moment.when);
    const [view] = await viewIdentities(scene, [row], moment);
    if (view === undefined) throw new MunimentError('not_found', 'there is no such identity');
    const { spiffePath, entry } = row;
    return c.json({ ...view, spiffePath, entry, ...(await surroundings(scene, row, moment)) }, 200);
  });

  app.openapi(contract.listIdentityCredentials, async (c) => {
    const { limit, cursor, ...asked } = c.req.valid('query');
    const moment = await momentOf(log, asked, clock.now());
    const { id } = await registry.identity(c.req.valid('param').id, moment.when);
    const rows = await pageOfCredentials(db, { identity: id, ...pageAt(moment, cursor), limit });
    const [locks, names] = [
      await locksAt({ log, database }, moment, rows),
      await namesOf(log, rows.flatMap(idsOf)),
    ];
    const items = rows.map((row) => viewCredential(row, locks, names, moment.now));
    return c.json({ items, next: nextOf(rows, limit) }, 200);
  });

  app.openapi(contract.listIdentityDecisions, async (c) => {
    const { limit, cursor, ...asked } = c.req.valid('query');
    const moment = await momentOf(log, asked, clock.now());
    const { id } = await registry.identity(c.req.valid('param').id, moment.when);
    const page = { identity: id, ...pageAt(moment, cursor), limit };
    const both = [...(await pageOfCredentials(db, page)), ...(await pageOfRefusals(db, page))];
    const rows = both.sort((a, b) => b.entry - a.entry).slice(0, limit);
    const [locks, names] = [
      await locksAt({ log, database }, moment, rows),
      await namesOf(log, rows.flatMap(idsOf)),
    ];
    const items = rows.map((row) => viewDecision(row, locks, names, moment.now));
    return c.json({ items, next: nextOf(rows, limit) }, 200);
  });

  app.openapi(contract.listIdentityTimeline, async (c) => {
    const { limit, cursor, ...asked } = c.req.valid('query');
    const moment = await momentOf(log, asked, clock.now());
    const { id } = await registry.identity(c.req.valid('param').id, moment.when);
    const known = Math.min(await entriesBefore(log, moment), before(cursor));
    const entries = await registry.timeline(id, { before: known, limit });
    const next = entries.length === limit ? String(entries.at(-1)?.index) : null;
    return c.json({ items: await viewEntries(log, entries), next }, 200);
  });

  app.openapi(contract.acceptIdentity, async (c) => {
    const { id } = await registry.identity(c.req.valid('param').id);
    const accepted = await registry.acceptOwnership({ identity: id, person: actorOf(c.get('caller')) });
    return c.json({ entry: accepted.entry, receipt: accepted.receipt }, 200);
  });

  app.openapi(contract.moveIdentity, async (c) => {
    const { id } = await registry.identity(c.req.valid('param').id);
    const moved = await registry.move({
      identity: id,
      ...c.req.valid('json'),
      actor: actorOf(c.get('caller')),
    });
    return c.json({ entry: moved.entry, receipt: moved.receipt }, 200);
  });

  app.openapi(contract.listApplications, async (c) => {
    const moment = await momentOf(log, c.req.valid('query'), clock.now());
    const [rows, people, identities] = await Promise.all([
      log.rows('application', moment.when),
      log.rows('person', moment.when),
      countByApplication(db, await knownOf(db, moment.when)),
    ]);
    const statuses = new Map(people.map((row) => [row.id, row.spec.status]));
    const names = await namesOf(
      log,
      rows.map(({ spec }) => spec.owner),
    );
    const items = rows.map(({ id, name, spec, entry, retired }) => ({
      id,
      name: String(name),
      description: spec.description,
      owner: { ...refOf(names, spec.owner), status: statuses.get(spec.owner) ?? ('left' as const) },
      status: retired ? ('retired' as const) : spec.status,
      identities: identities[id] ?? 0,
      entry,
    }));
    return c.json({ items: items.sort(byName) }, 200);
  });
}

/** The other declared things, agents, findings: whole lists as of a moment. */
export function mountDeclared(app: Api, { log, clock }: Rooms): void {
  const whenOf = async (asked: { asOf?: string | undefined; knownAt?: string | undefined }) =>
    (await momentOf(log, asked, clock.now())).when;

  app.openapi(declared.listProfiles, async (c) => {
    const rows = await log.rows('profile', await whenOf(c.req.valid('query')));
    return c.json({ items: rows.filter(stands).map(viewProfile).sort(byName) }, 200);
  });

  app.openapi(declared.listPolicies, async (c) => {
    const rows = await log.rows('policy', await whenOf(c.req.valid('query')));
    return c.json({ items: rows.filter(stands).map(viewPolicy).sort(byName) }, 200);
  });

  app.openapi(declared.listTrusts, async (c) => {
    const rows = (await log.rows('trust', await whenOf(c.req.valid('query')))).filter(stands);
    const names = await namesOf(
      log,
      rows.map(({ spec }) => spec.identity),
    );
    return c.json({ items: rows.map((row) => viewTrust(row, names)).sort(byName) }, 200);
  });

  app.openapi(declared.listAgents, async (c) => {
    const when = await whenOf(c.req.valid('query'));
    const [rows, locks] = await Promise.all([log.rows('agent', when), log.rows('lock', when)]);
    return c.json({ items: rows.map((row) => viewAgent(row, locks)).sort(byName) }, 200);
  });

  app.openapi(declared.listFindings, async (c) => {
    const rows = await log.rows('finding', await whenOf(c.req.valid('query')));
    const view = await log.view();
    const names = await namesOf(
      log,
      rows.flatMap((row) => [row.subject, ownerIn(view, row)?.id ?? []].flat()),
    );
    const items = rows.map((row) => viewFinding(row, view, names)).sort((a, b) => (a.due < b.due ? -1 : 1));
    return c.json({ items }, 200);
  });

  app.openapi(declared.listLocks, async (c) => {
    const rows = await log.rows('lock', await whenOf(c.req.valid('query')));
    const names = await namesOf(
      log,
      rows.flatMap(({ actor, target }) => [actor, target.id]),
    );
    return c.json({ items: rows.map((row) => viewLock(row, names)).sort((a, b) => b.entry - a.entry) }, 200);
  });
}

/** Keys that were given: a query's absent ones stay absent. */
function present<T extends object>(query: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

const stands = (row: { retired: boolean }): boolean => !row.retired;
const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/** A cursor is the index of the last entry that was shown. */
function before(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (!/^\d{1,15}$/.test(cursor))
    throw new MunimentError('bad_request', 'the cursor is none of ours', { path: 'cursor' });
  return Number(cursor);
}

/** The part of a page's query that follows from a moment and a cursor. */
export const pageAt = (
  { size, now }: Moment,
  cursor: string | undefined,
): { before: number; by: string } => ({
  before: Math.min(size, before(cursor)),
  by: now,
});

export const nextOf = (rows: Array<{ entry: number }>, limit: number): string | null =>
  rows.length === limit ? String(rows.at(-1)?.entry) : null;
