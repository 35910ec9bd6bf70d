import { killedBy, type Rows } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { Db, Log } from '../../store/contract.ts';
import { viewLock, viewPolicy, viewTrust } from './declared.ts';
import { type Names, namesOf, refOf } from './names.ts';
import { lastGrants, unendedCredentials } from './queries.ts';
import type { Moment } from './when.ts';

type IdentityRow = Rows['identity'];

/** Everything that a list of identities rests on, at one moment. */
export interface Scene {
  identities: IdentityRow[];
  people: Map<string, Rows['person']>;
  locks: Array<Rows['lock']>;
  names: Names;
}

export async function sceneAt(log: Log, { when }: Moment): Promise<Scene> {
  const [identities, people, locks] = await Promise.all([
    log.rows('identity', when),
    log.rows('person', when),
    log.rows('lock', when),
  ]);
  const ids = identities.flatMap(({ id, spec }) => [
    id,
    spec.application,
    spec.owner,
    spec.deputy ?? '',
    spec.profile,
  ]);
  const names = await namesOf(log, ids);
  return { identities, people: new Map(people.map((row) => [row.id, row])), locks, names };
}

export interface Filter {
  q?: string | undefined;
  state?: string | undefined;
  kind?: string | undefined;
  application?: string | undefined;
  owner?: string | undefined;
}

const isNamed = (names: Names, id: string, wanted: string): boolean => id === wanted || names[id] === wanted;

/** Identities that fit, by name. */
export function filterIdentities({ identities, names }: Scene, filter: Filter): IdentityRow[] {
  const text = filter.q?.toLowerCase();
  return identities
    .filter(({ state }) => filter.state === undefined || state === filter.state)
    .filter(({ spec }) => filter.kind === undefined || spec.kind === filter.kind)
    .filter(
      ({ spec }) => filter.application === undefined || isNamed(names, spec.application, filter.application),
    )
    .filter(({ spec }) => filter.owner === undefined || isNamed(names, spec.owner, filter.owner))
    .filter(
      (row) =>
        text === undefined ||
        `${row.name} ${row.spec.purpose} ${row.spec.spiffePath}`.toLowerCase().includes(text),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function standsUnder(lock: Rows['lock'], { id, spec }: IdentityRow): boolean {
  if (lock.lifted !== null) return false;
  const { kind, id: target } = lock.target;
  return (
    (kind === 'identity' && target === id) ||
    (kind === 'owner' && target === spec.owner) ||
    (kind === 'application' && target === spec.application)
  );
}

export async function viewIdentities(
  { db, trustDomain }: { db: Db; trustDomain: string },
  scene: Scene,
  rows: IdentityRow[],
  { size, now }: Moment,
) {
  const { names, people, locks } = scene;
  const unended = await unendedCredentials(db, size, now);
  const grants = await lastGrants(
    db,
    rows.map(({ id }) => id),
    size,
  );
  const owner = (id: string) => ({
    ...refOf(names, id),
    status: people.get(id)?.spec.status ?? ('left' as const),
  });
  const liveOf = (row: IdentityRow) =>
    unended.filter(({ request }) => request.identity === row.id).filter((held) => !killedBy(held, locks, row))
      .length;
  return rows.map((row) => ({
    id: row.id,
    name: String(row.name),
    kind: row.spec.kind,
    purpose: row.spec.purpose,
    application: refOf(names, row.spec.application),
    owner: owner(row.spec.owner),
    deputy: row.spec.deputy === undefined ? null : owner(row.spec.deputy),
    environment: row.spec.environment,
    profile: refOf(names, row.spec.profile),
    state: row.state,
    spiffeId: `spiffe://${trustDomain}${row.spec.spiffePath}`,
    liveCredentials: liveOf(row),
    lastGrant: grants.get(row.id) ?? null,
    locked: locks.some((lock) => standsUnder(lock, row)),
    ownerAccepted: row.ownerAccepted,
    bootstrap: row.bootstrap,
  }));
}

/** By id or name. */
export function findIdentity({ identities }: Scene, idOrName: string): IdentityRow {
  const row =
    identities.find(({ id }) => id === idOrName) ??
    identities.find(({ name, retired }) => name === idOrName && !retired) ??
    identities.find(({ name }) => name === idOrName);
  if (row === undefined) throw new MunimentError('not_found', `there is no identity \`${idOrName}\``);
  return row;
}

/** Trusts, locks, policies and approvals around one identity. */
export async function surroundings(log: Log, row: IdentityRow, { when }: Moment) {
  const [trusts, policies, locks, approvals] = await Promise.all([
    log.rows('trust', when),
    log.rows('policy', when),
    log.rows('lock', when),
    approvalsOf(log, row),
  ]);
  const own = trusts.filter(({ spec, retired }) => spec.identity === row.id && !retired);
  const about = locks.filter((lock) => standsUnder({ ...lock, lifted: null }, row));
  const names = await namesOf(log, [row.id, ...about.flatMap(({ actor, target }) => [actor, target.id])]);
  return {
    trusts: own.map((trust) => viewTrust(trust, names)),
    policies: policies.filter(({ retired }) => !retired).map(viewPolicy),
    locks: about.map((lock) => viewLock(lock, names)),
    approvals,
  };
}

async function approvalsOf(log: Log, row: IdentityRow) {
  const change = row.change === null ? undefined : await log.row('change', row.change);
  if (change === undefined) return [];
  const names = await namesOf(log, [change.id, ...change.approvals.map(({ approver }) => approver)]);
  return change.approvals.map(({ approver, time, entry, signature }) => ({
    change: refOf(names, change.id),
    approver: refOf(names, approver),
    time,
    entry,
    keyId: signature.keyId,
  }));
}
