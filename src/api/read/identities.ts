import { ACTIONS, type Rows } from '#verifier';
import { compilePolicies } from '../../policy/index.ts';
import type { IdentityView } from '../../registry/index.ts';
import { type Db, knownOf, type Log } from '../../store/index.ts';
import { viewLock, viewPolicy, viewTrust } from './declared.ts';
import { countLiveOf } from './living/queries.ts';
import { type Names, namesOf, refOf } from './names.ts';
import { lastGrants, locksNaming, trustsOf } from './queries.ts';
import { isPresent, type Moment } from './when.ts';

export interface IdentityScene {
  log: Log;
  db: Db;
  trustDomain: string;
}

const peopleOf = ({ owner, deputy }: IdentityView): string[] => [owner.id, ...(deputy ? [deputy.id] : [])];

/** Identities of the registry with what they hold. */
export async function viewIdentities(
  { log, db, trustDomain }: IdentityScene,
  rows: IdentityView[],
  moment: Moment,
) {
  const { size, now } = moment;
  const ids = rows.map(({ id }) => id);
  const [names, live, grants] = await Promise.all([
    namesOf(log, rows.flatMap(peopleOf)),
    countLiveOf(db, ids, moment),
    lastGrants(db, ids, size, now),
  ]);
  return rows.map((row) => ({
    ...shown(row, names),
    spiffeId: `spiffe://${trustDomain}${row.spiffePath}`,
    liveCredentials: live.get(row.id) ?? 0,
    lastGrant: grants.get(row.id) ?? null,
  }));
}

/** A person's display name is for readers; the registry finds people by login name. */
const personIn = (names: Names, person: IdentityView['owner']) => ({
  ...person,
  name: names[person.id] ?? person.name,
});

function shown(row: IdentityView, names: Names) {
  const { id, name, kind, purpose, application, profile, state, locked, ownerAccepted, bootstrap } = row;
  return {
    id,
    name,
    kind,
    purpose,
    application,
    owner: personIn(names, row.owner),
    deputy: row.deputy === null ? null : personIn(names, row.deputy),
    answers: row.standing.standing,
    environment: row.environment as Rows['identity']['spec']['environment'],
    profile,
    state,
    locked,
    ownerAccepted,
    bootstrap,
  };
}

/** Trusts, locks, policies and approvals around one identity. */
export async function surroundings({ log, db }: IdentityScene, row: IdentityView, moment: Moment) {
  const known = await knownOf(db, moment.when);
  const targets = [row.id, row.owner.id, row.application.id];
  const [trusts, policies, about, approvals] = await Promise.all([
    trustsOf(db, row.id, known),
    policiesAt(log, moment),
    locksNaming(db, targets, known),
    approvalsOf(log, row),
  ]);
  const own = trusts.filter(({ retired }) => !retired);
  const names = await namesOf(log, [row.id, ...about.flatMap(({ actor, target }) => [actor, target.id])]);
  return {
    trusts: own.map((trust) => viewTrust(trust, names)),
    policies: applying(policies, row).map(viewPolicy),
    locks: about.map((lock) => viewLock(lock, names)),
    approvals,
  };
}

type Policies = ReadonlyMap<string, Rows['policy']>;

/** For the present those of the log's own view, which are compiled once for all who ask. */
async function policiesAt(log: Log, moment: Moment): Promise<Policies> {
  if (isPresent(moment)) return (await log.view()).rows('policy');
  return new Map((await log.rows('policy', moment.when)).map((policy) => [policy.id, policy]));
}

/** Policies whose scope can match this identity, for whatever action: what a decision about it looks at. */
function applying(policies: Policies, { name, application, profile }: IdentityView): Array<Rows['policy']> {
  const compiled = compilePolicies({ epoch: 0, rows: () => policies as never, named: () => undefined });
  const names = { identity: name, application: application.name ?? '', profile: profile.name ?? '' };
  const found = new Set(
    ACTIONS.flatMap((action) => compiled.slice(action, names).rules.map(({ policy }) => policy)),
  );
  return [...policies.values()]
    .filter((policy) => !policy.retired && found.has(String(policy.name)))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function approvalsOf(log: Log, row: IdentityView) {
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
