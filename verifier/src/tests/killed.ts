import type { EvidenceInput } from '../evidence-input.ts';
import { killedBy, type Rows, type State } from '../words/index.ts';
import { type Histories, standingAt } from './history.ts';

type Credential = Rows['credential'];
type Target = Rows['lock']['target'];

/** What of a credential's own a lock can name. An owner and an application are looked up by way of its identity. */
const NAMED = {
  credential: ({ entry }: Credential) => String(entry),
  identity: ({ request }: Credential) => request.identity,
  instance: ({ request }: Credential) => request.instance,
  agent: ({ request }: Credential) => request.agent,
  trust: ({ request }: Credential) => request.trust,
};

type Named = keyof typeof NAMED;

const isNamed = (kind: Target['kind']): kind is Named => kind in NAMED;

const keyOf = (kind: string, id: string | null): string => `${kind} ${id ?? ''}`;

/** Credentials by the lock's target that names them: else each of many locks would walk over each of many credentials. */
function indexOf({ lock, credential }: State['tables']): ReadonlyMap<string, Credential[]> {
  const targets = [...lock.values()].map(({ target }) => target);
  const index = new Map(targets.map(({ kind, id }): [string, Credential[]] => [keyOf(kind, id), []]));
  const kinds = new Set(targets.map(({ kind }) => kind).filter(isNamed));
  for (const row of credential.values()) {
    for (const kind of kinds) index.get(keyOf(kind, NAMED[kind](row)))?.push(row);
  }
  return index;
}

const indices = new WeakMap<EvidenceInput, ReadonlyMap<string, Credential[]>>();

function candidates(input: EvidenceInput, { kind, id }: Target): Iterable<Credential> {
  const { tables } = input.closing;
  if (!isNamed(kind)) return tables.credential.values();
  const index = indices.get(input) ?? indexOf(tables);
  indices.set(input, index);
  return index.get(keyOf(kind, id)) ?? [];
}

/** Every credential that the lock covers, was granted before it, and had not ended; by entry. */
export function killed(lock: Rows['lock'], input: EvidenceInput, history: Histories): Credential[] {
  const identities = history('identity');
  return [...candidates(input, lock.target)]
    .filter(({ credential }) => credential.notAfter > lock.placed)
    .filter((row) => killedBy(row, [lock], standingAt(identities, row.request.identity ?? '', lock.entry)))
    .sort((a, b) => a.entry - b.entry);
}
