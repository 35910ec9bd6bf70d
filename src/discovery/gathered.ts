import {
  canonicalize,
  type EntryData,
  hex,
  type ObservedValue,
  type Provenance,
  sha256,
  utf8,
} from '#verifier';
import type { Opening as CommitmentOpening } from '../store/index.ts';
import type { Fault, Observed } from './contract.ts';
import { keyOf } from './keys.ts';
import { ATTRIBUTE_MAX_CHARACTERS, ATTRIBUTE_MAX_MEMBERS, LABEL_MAX_CHARACTERS } from './limits.ts';
import { Packed } from './packed.ts';

export type Observation = Omit<EntryData['observation.recorded'], 'change' | 'sweep'>;

/** One listing of one partition, as far as it was read. */
export interface Listed {
  listing: string;
  pages: number;
  items: number;
  observations: number;
  providerCount: number | null;
  ended: boolean;
  denied: Fault[];
  errors: Fault[];
  /** What passes by: what it no longer shows is not gone. */
  events: boolean;
  restsOn: string[];
}

/** A committed page, as the sweep's list of pages names it. */
export interface PageRecord {
  listing: string;
  operation: string;
  digest: string;
  items: number;
  at: string;
}

/** What one sweep of one partition saw, before it is compared with what was known. */
export interface Gathered {
  source: string;
  partition: string;
  observations: Packed<Observation>;
  openings: Map<string, CommitmentOpening>;
  listed: Map<string, Listed>;
  pages: PageRecord[];
  calls: number;
  clock: { provider: string; ours: string } | null;
}

export const emptyGathering = (source: string, partition: string): Gathered => ({
  source,
  partition,
  observations: new Packed(),
  openings: new Map(),
  listed: new Map(),
  pages: [],
  calls: 0,
  clock: null,
});

export const cut = (text: string, max: number): string =>
  text.length > max ? `${text.slice(0, max - 1).toWellFormed()}…` : text.toWellFormed();

function bounded(value: ObservedValue): ObservedValue {
  if (typeof value === 'string') return cut(value, ATTRIBUTE_MAX_CHARACTERS);
  if (!Array.isArray(value)) return value;
  return value
    .slice(0, ATTRIBUTE_MAX_MEMBERS)
    .map((member) => (typeof member === 'string' ? cut(member, ATTRIBUTE_MAX_CHARACTERS) : member));
}

const isTold = (entry: [string, ObservedValue | undefined]): entry is [string, ObservedValue] =>
  entry[1] !== undefined;

/** What an entry may carry of a thing, within limits. */
function toObservation(
  { source, partition }: Gathered,
  { class: kind, naturalId, label, attributes, joins = [] }: Observed,
  { listing, operation, digest }: PageRecord,
): Observation {
  const told = Object.entries(attributes)
    .filter(isTold)
    .map(([name, value]) => [name, bounded(value)] as const);
  const fields = told.map(([name]) => name).sort();
  return {
    source,
    partition,
    key: keyOf(source, partition, kind, naturalId),
    class: kind,
    label: typeof label === 'string' ? cut(label, LABEL_MAX_CHARACTERS) : label,
    attributes: Object.fromEntries(told),
    joins: [...new Set(joins)].sort(),
    provenance: [{ listing, operation, document: digest, fields }],
  };
}

const isList = (value: unknown): value is Array<string | number> => Array.isArray(value);

/** Of two moments of use the later one; of two lists both; else what was told first stands. */
export function merged(name: string, first: ObservedValue | undefined, second: ObservedValue): ObservedValue {
  if (first === undefined) return second;
  if (isList(first) && isList(second)) return bounded([...new Set([...first, ...second])]);
  if (name === 'lastUsed' && typeof second === 'string')
    return typeof first === 'string' && first > second ? first : second;
  return first;
}

/** Puts together what two pages tell of one thing; each field keeps where it came from. */
export function together(before: Observation, more: Observation): Observation {
  const attributes = { ...before.attributes };
  for (const [name, value] of Object.entries(more.attributes))
    attributes[name] = merged(name, attributes[name], value);
  return {
    ...before,
    attributes,
    joins: [...new Set([...before.joins, ...more.joins])].sort(),
    provenance: joinProvenance(before.provenance, more.provenance),
  };
}

function joinProvenance(before: Provenance[], more: Provenance[]): Provenance[] {
  const isSame = (a: Provenance) => (b: Provenance) => a.listing === b.listing && a.document === b.document;
  const added = more.filter((each) => !before.some(isSame(each)));
  return before
    .map((each) => {
      const fields = more.find(isSame(each))?.fields ?? [];
      return { ...each, fields: [...new Set([...each.fields, ...fields])].sort() };
    })
    .concat(added);
}

/** Takes up a thing that a page told of. */
export function take(gathered: Gathered, seen: Observed, page: PageRecord): void {
  const observation = toObservation(gathered, seen, page);
  const before = gathered.observations.get(observation.key);
  gathered.observations.set(
    observation.key,
    before === undefined ? observation : together(before, observation),
  );
}

/** SHA-256 (hex) over what is compared from sweep to sweep: class, label, attributes, joins. */
export const observationDigest = ({ class: kind, label, attributes, joins }: Observation): string =>
  hex(sha256(utf8(canonicalize([kind, label, attributes, joins]))));

/** SHA-256 (hex) of the canonical list of `[key, digest]` of all observations, by key. */
export function listDigest({ observations }: Gathered): string {
  // One after the other: all of them at once would not fit where they are packed for.
  const pairs = Array.from(observations.values(), (each) => [each.key, observationDigest(each)]).sort(
    ([a = ''], [b = '']) => (a < b ? -1 : 1),
  );
  return hex(sha256(utf8(canonicalize(pairs))));
}
