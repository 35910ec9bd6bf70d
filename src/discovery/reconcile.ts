import { canonicalize, type Provenance, type Rows } from '#verifier';
import { type Gathered, merged, type Observation } from './gathered.ts';
import { isWhole } from './verdict.ts';

export interface Difference {
  change: 'new' | 'changed' | 'gone';
  observation: Observation;
}

type Known = Rows['observation'];

const compared = ({ label, attributes, joins }: Pick<Known, 'label' | 'attributes' | 'joins'>): string =>
  canonicalize([label, attributes, joins]);

/** Whether what a listing told before can be taken back by its silence: it was read whole, and is a state. */
const mayForget = (gathered: Gathered, listing: string): boolean =>
  isWhole(gathered, listing) && gathered.listed.get(listing)?.events === false;

/** What stands of a thing although it was not told again. */
interface Standing {
  known: Known;
  /** Listings that told of it before and could not be asked now. */
  silent: Provenance[];
  /** Listings that broke off, and told of it again before they did. */
  broken: Provenance[];
  /** Place of a listing among those that are read: where two tell one field, the first one's word counts. */
  placeOf(provenance: Provenance): number;
}

const first = (places: number[]): number => Math.min(...places, Number.POSITIVE_INFINITY);

function attributesOf({ known, silent, broken, placeOf }: Standing, seen: Observation): Known['attributes'] {
  const attributes = { ...seen.attributes };
  const placeIn = (told: Provenance[], name: string) =>
    first(told.filter(({ fields }) => fields.includes(name)).map(placeOf));
  for (const name of new Set([...silent, ...broken].flatMap(({ fields }) => fields))) {
    const [before, now] = [known.attributes[name], attributes[name]];
    const place = placeIn(silent, name);
    if (before === undefined) continue;
    if (now === undefined) attributes[name] = before;
    else if (place < placeIn(seen.provenance, name)) attributes[name] = merged(name, before, now);
    else if (place < Number.POSITIVE_INFINITY) attributes[name] = merged(name, now, before);
  }
  return attributes;
}

/**
 * What a listing told earlier and could not be asked about now still stands: a denied read of last uses must not look like a
 * change to "never used". INVARIANT: it also stays among those that must be read whole before the thing can be gone.
 */
function withWhatStands(seen: Observation, known: Known, gathered: Gathered): Observation {
  const places = [...gathered.listed.keys()];
  const placeOf = ({ listing }: Provenance) => places.indexOf(listing);
  const kept = known.provenance.filter(({ listing }) => !mayForget(gathered, listing));
  const isToldAgain = ({ listing }: Provenance) => seen.provenance.some((each) => each.listing === listing);
  const silent = kept.filter((each) => !isToldAgain(each));
  const broken = kept
    .filter(isToldAgain)
    .map((each) => ({ ...each, fields: each.fields.filter((name) => seen.attributes[name] === undefined) }))
    .filter(({ fields }) => fields.length > 0);
  if (silent.length + broken.length === 0) return seen;
  const isFirst = first(silent.map(placeOf)) < first(seen.provenance.map(placeOf));
  return {
    ...seen,
    label: isFirst ? known.label : seen.label,
    attributes: attributesOf({ known, silent, broken, placeOf }, seen),
    joins: silent.length === 0 ? seen.joins : [...new Set([...seen.joins, ...known.joins])].sort(),
    provenance: [...seen.provenance, ...silent, ...broken].sort((a, b) => placeOf(a) - placeOf(b)),
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
      if (isGone(before, gathered)) yield { change: 'gone', observation: goneOf(before) };
      continue;
    }
    met.add(before.key);
    const observation = withWhatStands(seen, before, gathered);
    if (!before.present) yield { change: 'new', observation };
    else if (compared(before) !== compared(observation)) yield { change: 'changed', observation };
  }
  for (const key of gathered.observations.keys()) {
    const observation = met.has(key) ? undefined : gathered.observations.get(key);
    if (observation !== undefined) yield { change: 'new', observation };
  }
}
