import { canonicalize, type EntryData, hex, sha256, utf8 } from '#verifier';
import { timestamp } from '../kernel/index.ts';
import type { Draft } from '../store/index.ts';
import type { Fault, Listing, Partition } from './contract.ts';
import { type Gathered, listDigest } from './gathered.ts';
import type { Document } from './read.ts';
import type { Difference } from './reconcile.ts';
import { countedBySource, listingRecords, verdictOf } from './verdict.ts';

type SweepRecord = EntryData['sweep.recorded'];

export interface SweepFrame {
  sweep: string;
  source: string;
  connector: string;
  partition: string;
  started: Date;
}

/** The list of the pages that were read, itself a document. */
export function manifestOf({ pages }: Gathered): Document {
  const text = canonicalize(pages);
  return { digest: hex(sha256(utf8(text))), text };
}

const faultsOf = ({ listed }: Gathered, of: 'denied' | 'errors'): Fault[] =>
  [...listed.values()].flatMap((each) => each[of]);

/** The completeness record of one partition. */
export function recordOf(
  { started, ...frame }: SweepFrame,
  { scope }: Partition,
  listings: readonly Listing[],
  gathered: Gathered,
  ended: Date,
): SweepRecord {
  const names = listings.map(({ listing }) => listing).filter((name) => scope[name] !== undefined);
  const listed = [...gathered.listed.values()];
  return {
    ...frame,
    scope: names.map((name) => `${name}: ${(scope[name] ?? []).join(', ')}`),
    calls: gathered.calls,
    pages: gathered.pages.length,
    endSeen: names.every((name) => gathered.listed.get(name)?.ended === true),
    items: listed.reduce((sum, { items }) => sum + items, 0),
    providerCount: countedBySource(gathered),
    errors: faultsOf(gathered, 'errors'),
    denied: faultsOf(gathered, 'denied'),
    ...verdictOf(names, gathered),
    listDigest: listDigest(gathered),
    listings: listingRecords(gathered),
    manifest: manifestOf(gathered).digest,
    clock: gathered.clock,
    started: timestamp(started),
    ended: timestamp(ended),
  };
}

/** The record of a source that could not even say what there is to read. */
export function failedRecord(
  { started, ...frame }: SweepFrame,
  fault: Fault,
  refused: boolean,
  ended: Date,
): SweepRecord {
  return {
    ...frame,
    ...{ scope: [], calls: 0, pages: 0, endSeen: false, items: 0, providerCount: null },
    errors: refused ? [] : [fault],
    denied: refused ? [fault] : [],
    ...{ verdict: 'FAILED', why: `${fault.what}: ${fault.why}` },
    listDigest: hex(sha256(utf8('[]'))),
    ...{ listings: [], manifest: null, clock: null },
    started: timestamp(started),
    ended: timestamp(ended),
  };
}

/** One entry for each difference. */
export function draftOf(
  { change, observation }: Difference,
  { openings }: Gathered,
  { sweep, ended }: { sweep: string; ended: string },
  actor: string,
): Draft {
  const opened = [observation.label, ...Object.values(observation.attributes)].flatMap((value) => {
    const isCommitment = typeof value === 'object' && value !== null && 'commitment' in value;
    return isCommitment ? (openings.get(value.commitment) ?? []) : [];
  });
  return {
    kind: 'observation.recorded',
    subject: sweep,
    actor,
    occurred: ended,
    data: { sweep, ...observation, change },
    openings: opened,
  };
}
