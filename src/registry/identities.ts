import type { Commitment, IdentityKind, IdentityState, Rows } from '#verifier';
import {
  type Database,
  type Db,
  type Known,
  knownOf,
  type Log,
  type Opening,
  type When,
} from '../store/index.ts';
import { type OwnerStanding, ownerStanding } from './model.ts';
import { keyOf } from './people.ts';
import {
  type IdentityPage,
  identityCalled,
  pageOfIdentities,
  rowsByKey,
  standingLocksOn,
} from './queries.ts';

export interface Named {
  id: string;
  /** Null where a personal name was erased. */
  name: string | null;
}

/** An identity with what belongs to it, as of one moment. */
export interface IdentityView {
  id: string;
  name: string;
  kind: IdentityKind;
  purpose: string;
  environment: string;
  state: IdentityState;
  application: Named;
  profile: Named;
  owner: Named & { status: 'active' | 'left' };
  deputy: (Named & { status: 'active' | 'left' }) | null;
  standing: OwnerStanding;
  spiffePath: string;
  /** True while a lock on it, its owner or its application stands. */
  locked: boolean;
  ownerAccepted: string;
  bootstrap: boolean;
  /** The change it came by; null in the bootstrap. */
  change: string | null;
  entry: number;
}

/** Of one moment: what a few identities are joined with. */
interface Around {
  persons: ReadonlyMap<string, Rows['person']>;
  applications: ReadonlyMap<string, Rows['application']>;
  profiles: ReadonlyMap<string, Rows['profile']>;
  locks: Rows['lock'][];
  openings: ReadonlyMap<string, Opening>;
}

async function around(db: Db, log: Log, rows: Rows['identity'][], known: Known): Promise<Around> {
  const of = (field: 'owner' | 'deputy' | 'application' | 'profile') =>
    rows.flatMap(({ spec }) => spec[field] ?? []);
  const targets = [...rows.map(({ id }) => id), ...of('owner'), ...of('application')];
  const [persons, applications, profiles, locks] = await Promise.all([
    rowsByKey(db, 'person', [...of('owner'), ...of('deputy')], known),
    rowsByKey(db, 'application', of('application'), known),
    rowsByKey(db, 'profile', of('profile'), known),
    standingLocksOn(db, targets, known),
  ]);
  const openings = await log.open([...persons.values()].map(({ name }) => keyOf(name)));
  return { persons, applications, profiles, locks, openings };
}

const isOn = (lock: Rows['lock'], { id, spec }: Rows['identity']): boolean =>
  lock.lifted === null &&
  { identity: id, owner: spec.owner, application: spec.application }[lock.target.kind as 'identity'] ===
    lock.target.id;

function personIn({ persons, openings }: Around, id: string): IdentityView['owner'] {
  const row = persons.get(id);
  return {
    id,
    name: row === undefined ? null : (openings.get(keyOf(row.name))?.value ?? null),
    status: row && !row.retired ? row.spec.status : 'left',
  };
}

const namedIn = (rows: ReadonlyMap<string, { name: string | Commitment }>, id: string): Named => {
  const name = rows.get(id)?.name;
  return { id, name: typeof name === 'string' ? name : null };
};

function joined(row: Rows['identity'], around: Around, now: Date): IdentityView {
  const { spec } = row;
  return {
    id: row.id,
    name: String(row.name),
    kind: spec.kind,
    purpose: spec.purpose,
    environment: spec.environment,
    state: row.state,
    application: namedIn(around.applications, spec.application),
    profile: namedIn(around.profiles, spec.profile),
    owner: personIn(around, spec.owner),
    deputy: spec.deputy === undefined ? null : personIn(around, spec.deputy),
    standing: ownerStanding(row, { rows: () => around.persons }, now),
    spiffePath: spec.spiffePath,
    locked: around.locks.some((lock) => isOn(lock, row)),
    ownerAccepted: row.ownerAccepted,
    bootstrap: row.bootstrap,
    change: row.change,
    entry: row.entry,
  };
}

export interface IdentitySource {
  database: Pick<Database, 'db'>;
  log: Log;
}

/** Rows of identities with what belongs to them as of a moment; `now` is the present's. */
async function view({ database, log }: IdentitySource, rows: Rows['identity'][], known: Known, now: Date) {
  const at = known.asOf === undefined ? now : new Date(known.asOf);
  const those = await around(database.db, log, rows, known);
  return rows.map((row) => joined(row, those, at));
}

/** One page by name and then id, retired ones too. */
export async function listAt(source: IdentitySource, page: IdentityPage, when: When, now: Date) {
  const { db } = source.database;
  const known = await knownOf(db, when);
  return view(source, await pageOfIdentities(db, page, known), known, now);
}

/** One by id or name; of several of one name the one that stands. */
export async function identityAt(
  source: IdentitySource,
  idOrName: string,
  when: When,
  now: Date,
): Promise<IdentityView | undefined> {
  const { db } = source.database;
  const known = await knownOf(db, when);
  const row = await identityCalled(db, idOrName, known);
  return row && (await view(source, [row], known, now))[0];
}
