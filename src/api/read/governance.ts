import type { OwnedThing, Rows } from '#verifier';
import { type Names, refOf, refOrNull } from './names.ts';

type Change = Rows['change'];

/** Who signed before it came to stand. */
export const approversOf = (change: Change | undefined, entry: number): string[] =>
  change?.approvals.filter((approval) => approval.entry < entry).map(({ approver }) => approver) ?? [];

export function viewException(
  { id, name, spec, change, entry }: Rows['exception'],
  by: Change | undefined,
  names: Names,
  now: string,
) {
  const { control, subject, owner, compensating, until, reason } = spec;
  return {
    id,
    name: String(name),
    control,
    subject: { id: subject, name: names[subject] ?? null },
    owner: refOf(names, owner),
    approvers: approversOf(by, entry).map((each) => refOf(names, each)),
    compensating,
    until,
    lapsed: until <= now,
    reason,
    change: refOrNull(names, change),
    entry,
  };
}

/** Why nobody answers for a thing; empty where somebody does. */
function gap({ row }: OwnedThing, people: ReadonlyMap<string, Rows['person']>): string {
  if (row === undefined) return 'nobody is named';
  const gone = [row.spec.owner, row.spec.reviewer].filter((id) => {
    const person = people.get(id);
    return person === undefined || person.retired || person.spec.status !== 'active';
  });
  return gone.length === 0
    ? ''
    : `${gone.length === 2 ? 'owner and reviewer have' : 'one of the two has'} left`;
}

/** Holes first: what nobody was named for, and what is left behind by somebody who left. */
export function viewOwned(things: OwnedThing[], people: ReadonlyMap<string, Rows['person']>, names: Names) {
  const items = things.map((thing) => {
    const { covers, target, row } = thing;
    const why = gap(thing, people);
    return {
      covers,
      target: { id: target, name: names[target] ?? target },
      owner: refOrNull(names, row?.spec.owner),
      reviewer: refOrNull(names, row?.spec.reviewer),
      hole: why !== '',
      why,
      entry: row?.entry ?? null,
    };
  });
  return [...items.filter(({ hole }) => hole), ...items.filter(({ hole }) => !hole)];
}
