import type { Commitment, Rows } from '#verifier';
import type { Log, When } from '../../store/index.ts';

/** People with their personal values opened; null where a value was erased. */
export interface PersonView {
  id: string;
  name: string | null;
  displayName: string | null;
  email: string | null;
  roles: Rows['person']['spec']['roles'];
  status: 'active' | 'left';
  keys: Array<{ id: string; type: 'ed25519' | 'passkey'; credentialId?: string }>;
  bootstrap: boolean;
}

type PersonRow = Rows['person'];

const commitmentsOf = ({ name, spec }: PersonRow): string[] =>
  [name, spec.displayName, spec.email].flatMap((value) =>
    typeof value === 'object' ? [value.commitment] : [],
  );

export async function viewPeople(log: Log, rows: PersonRow[]): Promise<PersonView[]> {
  const openings = await log.open(rows.flatMap(commitmentsOf));
  const opened = (value: string | Commitment | undefined): string | null => {
    if (typeof value === 'string') return value;
    return value === undefined ? null : (openings.get(value.commitment)?.value ?? null);
  };
  return rows.map(({ id, name, spec, bootstrap }) => ({
    id,
    name: opened(name),
    displayName: opened(spec.displayName),
    email: opened(spec.email),
    roles: spec.roles,
    status: spec.status,
    keys: spec.keys.map(({ id, type, credentialId }) => ({
      id,
      type,
      ...(credentialId && { credentialId }),
    })),
    bootstrap,
  }));
}

export async function findPerson(log: Log, id: string): Promise<PersonView | undefined> {
  const row = await log.row('person', id);
  return row && (await viewPeople(log, [row]))[0];
}

/** The person of a login name who stands now. */
export async function personNamed(log: Log, name: string): Promise<PersonView | undefined> {
  const people = await viewPeople(
    log,
    (await log.rows('person')).filter((row) => !row.retired),
  );
  return people.find((person) => person.name === name);
}

/** People as of a moment, by name. */
export async function listPeople(log: Log, when: When): Promise<PersonView[]> {
  const people = await viewPeople(
    log,
    (await log.rows('person', when)).filter((row) => !row.retired),
  );
  return people.sort((a, b) => ((a.name ?? a.id) < (b.name ?? b.id) ? -1 : 1));
}
