import type { Commitment, Rows } from '#verifier';
import type { Log, Opening, View } from '../store/index.ts';

/** Persons with what stands behind their commitments, as read at one moment: names are not in the log in clear. */
export interface People {
  /** False where the view holds a person whose openings were not asked for yet: read again, then decide. */
  covers(view: View): boolean;
  /** The value behind a commitment; undefined where it was erased. */
  value(commitment: Commitment | string | undefined): string | undefined;
  /** The person of that login name who stands in the view. */
  named(view: View, name: string): Rows['person'] | undefined;
}

export const keyOf = (commitment: Commitment | string): string =>
  typeof commitment === 'string' ? commitment : commitment.commitment;

function commitmentsOf({ name, spec }: Rows['person']): string[] {
  const fields = [name, spec.displayName, spec.email];
  return fields.filter((field) => field !== undefined).map(keyOf);
}

/** Opens the name, display name and address of every person in the view, in one read. */
export async function readPeople(log: Pick<Log, 'open'>, view: View): Promise<People> {
  const commitmentsIn = (each: View) => [...each.rows('person').values()].flatMap(commitmentsOf);
  const asked = new Set(commitmentsIn(view));
  const opened: ReadonlyMap<string, Opening> = asked.size > 0 ? await log.open(asked) : new Map();
  const value: People['value'] = (commitment) =>
    commitment === undefined ? undefined : opened.get(keyOf(commitment))?.value;
  return {
    covers: (each) => commitmentsIn(each).every((commitment) => asked.has(commitment)),
    value,
    named: (each, name) =>
      [...each.rows('person').values()].find((row) => !row.retired && value(row.name) === name),
  };
}
