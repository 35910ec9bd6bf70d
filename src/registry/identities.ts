import type { IdentityKind, IdentityState, Rows } from '#verifier';
import type { Log, View, When } from '../store/index.ts';
import { type OwnerStanding, ownerStanding } from './model.ts';
import { type People, readPeople } from './people.ts';

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

export interface IdentityFilter {
  state?: IdentityState;
  kind?: IdentityKind;
  /** Ids or names. */
  application?: string;
  owner?: string;
  /** Part of name, purpose or SPIFFE path. */
  q?: string;
}

const TABLES = ['identity', 'person', 'application', 'profile', 'lock'] as const;

/** The tables that identities are joined from, as a view of one moment. */
async function viewAt(log: Log, when: When): Promise<View> {
  const tables = await Promise.all(TABLES.map((table) => log.rows(table, when)));
  const byTable = new Map<string, ReadonlyMap<string, unknown>>(
    TABLES.map((table, at) => [table, new Map((tables[at] ?? []).map((row) => [row.id, row]))]),
  );
  return {
    epoch: 0,
    rows: ((table: string) => byTable.get(table) ?? new Map()) as View['rows'],
    named: () => undefined,
  };
}

const isOn = (lock: Rows['lock'], { id, spec }: Rows['identity']): boolean =>
  lock.lifted === null &&
  { identity: id, owner: spec.owner, application: spec.application }[lock.target.kind as 'identity'] ===
    lock.target.id;

function personIn(view: View, people: People, id: string): IdentityView['owner'] {
  const row = view.rows('person').get(id);
  return {
    id,
    name: people.value(row?.name) ?? null,
    status: row && !row.retired ? row.spec.status : 'left',
  };
}

const nameIn = (view: View, table: 'application' | 'profile', id: string): Named => {
  const name = view.rows(table).get(id)?.name;
  return { id, name: typeof name === 'string' ? name : null };
};

function joined(row: Rows['identity'], view: View, people: People, now: Date): IdentityView {
  const { spec } = row;
  return {
    id: row.id,
    name: String(row.name),
    kind: spec.kind,
    purpose: spec.purpose,
    environment: spec.environment,
    state: row.state,
    application: nameIn(view, 'application', spec.application),
    profile: nameIn(view, 'profile', spec.profile),
    owner: personIn(view, people, spec.owner),
    deputy: spec.deputy === undefined ? null : personIn(view, people, spec.deputy),
    standing: ownerStanding(row, view, now),
    spiffePath: spec.spiffePath,
    locked: [...view.rows('lock').values()].some((lock) => isOn(lock, row)),
    ownerAccepted: row.ownerAccepted,
    bootstrap: row.bootstrap,
    change: row.change,
    entry: row.entry,
  };
}

/** Every identity as of a moment, retired ones too, by name and then id. */
export async function identitiesAt(log: Log, when: When, now: Date): Promise<IdentityView[]> {
  const view = await viewAt(log, when);
  const people = await readPeople(log, view);
  const at = when.asOf === undefined ? now : new Date(when.asOf);
  const all = [...view.rows('identity').values()].map((row) => joined(row, view, people, at));
  return all.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

export const sortKey = ({ name, id }: IdentityView): string => `${name}\n${id}`;

const isNamed = ({ id, name }: Named, wanted: string): boolean => id === wanted || name === wanted;

export function fits(identity: IdentityView, filter: IdentityFilter): boolean {
  const { state, kind, application, owner, q } = filter;
  const { name, purpose, spiffePath } = identity;
  return (
    (state === undefined || identity.state === state) &&
    (kind === undefined || identity.kind === kind) &&
    (application === undefined || isNamed(identity.application, application)) &&
    (owner === undefined || isNamed(identity.owner, owner)) &&
    (q === undefined || `${name}\n${purpose}\n${spiffePath}`.toLowerCase().includes(q.toLowerCase()))
  );
}
