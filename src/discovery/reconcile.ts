import { canonicalize, type Provenance, type Rows } from '#verifier';
import type { Gathered, Observation } from './gathered.ts';
import { isWhole } from './verdict.ts';

export interface Difference {
  change: 'new' | 'changed' | 'gone';
  observation: Observation;
  /** Attributes before, where it was known. */
  before?: Rows['observation'];
}

type Known = Rows['observation'];

const compared = ({ label, attributes, joins }: Pick<Known, 'label' | 'attributes' | 'joins'>): string =>
  canonicalize([label, attributes, joins]);

/** Whether what a listing told before can be taken back by its silence: it was read whole, and is a state. */
const mayForget = (gathered: Gathered, listing: string): boolean =>
  isWhole(gathered, listing) && gathered.listed.get(listing)?.events === false;

/**
 * What a listing told earlier and could not be asked about now still stands: a denied read of last uses must not look like a
 * change to "never used".
 */
function withWhatStands(seen: Observation, known: Known, gathered: Gathered): Observation {
  const kept = known.provenance.filter(({ listing }) => !mayForget(gathered, listing));
  const fields = kept
    .flatMap((each) => each.fields)
    .filter((name) => seen.attributes[name] === undefined && known.attributes[name] !== undefined);
  if (fields.length === 0) return seen;
  const carried = Object.fromEntries(fields.map((name) => [name, known.attributes[name] ?? null]));
  const from = kept
    .map((each): Provenance => ({ ...each, fields: each.fields.filter((name) => fields.includes(name)) }))
    .filter((each) => each.fields.length > 0);
  return {
    ...seen,
    attributes: { ...seen.attributes, ...carried },
    provenance: [...seen.provenance, ...from],
  };
}

/**
 * INVARIANT: a thing is gone only if every listing of what is there that ever showed it was read whole this time, and none shows
 * it. What a log told of it besides stays true of the past; a thing that a log alone told of is never gone.
 */
function isGone({ present, provenance }: Known, gathered: Gathered): boolean {
  const states = provenance.filter(({ listing }) => gathered.listed.get(listing)?.events !== true);
  return present && states.length > 0 && states.every(({ listing }) => mayForget(gathered, listing));
}

function goneOf({
  source,
  partition,
  key,
  class: kind,
  label,
  attributes,
  joins,
  provenance,
}: Known): Observation {
  return { source, partition, key, class: kind, label, attributes, joins, provenance };
}

/** What differs from what was known of this source and partition. @param known every row of it, in any order */
export async function* reconcile(known: AsyncIterable<Known>, gathered: Gathered): AsyncIterable<Difference> {
  const met = new Set<string>();
  for await (const before of known) {
    const seen = gathered.observations.get(before.key);
    if (seen === undefined) {
      if (isGone(before, gathered)) yield { change: 'gone', observation: goneOf(before), before };
      continue;
    }
    met.add(before.key);
    const observation = withWhatStands(seen, before, gathered);
    if (!before.present) yield { change: 'new', observation, before };
    else if (compared(before) !== compared(observation)) yield { change: 'changed', observation, before };
  }
  for (const [key, observation] of gathered.observations)
    if (!met.has(key)) yield { change: 'new', observation };
}
