import { createHmac } from 'node:crypto';
import {
  type Commitment,
  canonicalize,
  type EntryData,
  hex,
  type ObservedValue,
  openingOf,
  type Rows,
  type SweepVerdict,
  sha256,
  utf8,
} from '#verifier';
import type { Opening } from '../store/index.ts';
import type { Connector, Observed, ObservedClass, Page, Personal } from './connector.ts';

const SALT_BYTES = 16;
const KEY_HEX_CHARACTERS = 32;

export type Observation = Omit<EntryData['observation.recorded'], 'change' | 'sweep'>;

/** What one sweep gathered, before it is compared with what was known. */
export interface Gathered {
  observations: Map<string, Observation>;
  openings: Opening[];
  /** Listings that were read to their end with nothing denied and no error. */
  complete: Set<string>;
  pages: number;
  calls: number;
  denied: Page['denied'];
  errors: Page['errors'];
  ended: Set<string>;
  counted: number | null;
}

export const emptyGathering = (): Gathered => ({
  observations: new Map(),
  openings: [],
  complete: new Set(),
  pages: 0,
  calls: 0,
  denied: [],
  errors: [],
  ended: new Set(),
  counted: 0,
});

const isPersonal = (value: unknown): value is Personal =>
  typeof value === 'object' && value !== null && 'personal' in value;

/**
 * The salt is derived under our own key from where the value stands, so the same value commits to the same digest in every
 * sweep and "changed" can be told without opening anything.
 */
function committed(value: Personal, where: string, secret: Uint8Array, openings: Opening[]): Commitment {
  const salt = createHmac('sha256', secret)
    .update(`salt\0${where}\0${value.personal}`)
    .digest()
    .subarray(0, SALT_BYTES);
  const opening = openingOf(value.personal, salt);
  openings.push(opening);
  return { commitment: opening.commitment };
}

/** A thing's key: the same in every sweep, and it gives no name away. */
export function keyOf(
  source: string,
  observed: ObservedClass,
  naturalId: string,
  secret: Uint8Array,
): string {
  const digest = createHmac('sha256', secret)
    .update(`key\0${placeOf(source, observed, naturalId)}`)
    .digest('hex');
  return `${source}/${observed}/${digest.slice(0, KEY_HEX_CHARACTERS)}`;
}

const placeOf = (source: string, observed: ObservedClass, naturalId: string): string =>
  `${source}\0${observed}\0${naturalId}`;

/** Turns what a connector saw into what an entry may carry: a key that gives no name away, personal fields committed. */
export function toObservation(
  source: string,
  seen: Observed,
  listing: string,
  secret: Uint8Array,
  openings: Opening[],
): Observation {
  const where = placeOf(source, seen.class, seen.naturalId);
  const put = (value: unknown, field: string): ObservedValue =>
    isPersonal(value) ? committed(value, `${where}\0${field}`, secret, openings) : (value as ObservedValue);
  const attributes = Object.entries(seen.attributes).map(
    ([name, value]) => [name, put(value, name)] as const,
  );
  return {
    source,
    key: keyOf(source, seen.class, seen.naturalId, secret),
    class: seen.class,
    label: put(seen.label, 'label') as string | Commitment,
    attributes: { ...Object.fromEntries(attributes), listing },
  };
}

/** Adds a page to what was gathered. */
export function gather(gathered: Gathered, source: string, page: Page, secret: Uint8Array): void {
  for (const item of page.items) {
    const observation = toObservation(source, item, page.listing, secret, gathered.openings);
    gathered.observations.set(observation.key, observation);
  }
  gathered.pages += 1;
  gathered.calls += page.calls;
  gathered.denied.push(...page.denied);
  gathered.errors.push(...page.errors);
  if (page.end) {
    gathered.ended.add(page.listing);
    gathered.counted =
      page.providerCount === undefined
        ? null
        : gathered.counted === null
          ? null
          : gathered.counted + page.providerCount;
  }
  const faulty = page.denied.length > 0 || page.errors.length > 0;
  if (page.end && !faulty) gathered.complete.add(page.listing);
  if (faulty) gathered.complete.delete(page.listing);
}

/** COMPLETE only where every declared listing was read to its end with nothing denied, nothing failed, counts agreeing. */
export function verdictOf(
  connector: Pick<Connector, 'scope'>,
  gathered: Gathered,
): { verdict: SweepVerdict; why: string } {
  const missing = connector.scope
    .map(({ listing }) => listing)
    .filter((listing) => !gathered.ended.has(listing));
  if (gathered.ended.size === 0) return { verdict: 'FAILED', why: 'no listing was read to its end' };
  if (missing.length > 0) return { verdict: 'PARTIAL', why: `not read to the end: ${missing.join(', ')}` };
  if (gathered.errors.length > 0)
    return { verdict: 'PARTIAL', why: `${gathered.errors.length} reads failed` };
  if (gathered.denied.length > 0)
    return { verdict: 'PARTIAL', why: `${gathered.denied.length} ranges could not be read` };
  if (gathered.counted !== null && gathered.counted !== gathered.observations.size) {
    return {
      verdict: 'PARTIAL',
      why: `the source counts ${gathered.counted}, ${gathered.observations.size} were seen`,
    };
  }
  return { verdict: 'COMPLETE', why: 'every declared listing was read to its end' };
}

/** SHA-256 over the canonical list of all observations, sorted by key. */
export const listDigest = (gathered: Gathered): string =>
  hex(
    sha256(utf8(canonicalize([...gathered.observations.values()].sort((a, b) => (a.key < b.key ? -1 : 1))))),
  );

export interface Difference {
  change: 'new' | 'changed' | 'gone';
  observation: Observation;
}

const sameAs = (row: Rows['observation'], seen: Observation): boolean =>
  canonicalize([row.label, row.attributes]) === canonicalize([seen.label, seen.attributes]);

/** INVARIANT: a thing is gone only if the listing that showed it was read whole this time. */
export function reconcile(known: Array<Rows['observation']>, gathered: Gathered): Difference[] {
  const before = new Map(known.filter((row) => row.present).map((row) => [row.key, row]));
  const differences: Difference[] = [];
  for (const observation of gathered.observations.values()) {
    const row = before.get(observation.key);
    if (row === undefined) differences.push({ change: 'new', observation });
    else if (!sameAs(row, observation)) differences.push({ change: 'changed', observation });
  }
  for (const row of before.values()) {
    if (gathered.observations.has(row.key) || !gathered.complete.has(String(row.attributes.listing)))
      continue;
    const { source, key, class: kind, label, attributes } = row;
    differences.push({ change: 'gone', observation: { source, key, class: kind, label, attributes } });
  }
  return differences;
}
