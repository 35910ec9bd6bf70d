import type { ObservedValue, Provenance } from './observed.ts';
import type { Commitment } from './resources.ts';

/** What was looked for where, what was seen, and what people decided on it. */

export type SweepVerdict = 'COMPLETE' | 'PARTIAL' | 'FAILED';

export interface DeniedRange {
  what: string;
  why: string;
}

export interface ListingRecord {
  listing: string;
  pages: number;
  items: number;
  /** Things of any class that its items were mapped to. */
  observations: number;
  /** The provider's own count; null where it gives none. */
  providerCount: number | null;
  endSeen: boolean;
  /** Read to its end, nothing denied, nothing failed, counts agreeing: what it no longer shows is gone. */
  whole: boolean;
}

export type ObservationDisposition = 'dismissed' | 'retire';

export type SecretPlace =
  | { from: 'environment'; name: string }
  | { from: 'file'; path: string }
  | { from: 'sealed' };

export interface SourceSpec {
  /** The connector's word, e.g. `aws`. */
  type: string;
  settings: Record<string, unknown>;
  secrets: Record<string, SecretPlace>;
  /** Seconds between sweeps; null: only when asked. */
  everySeconds: number | null;
}

export interface DiscoveryEntries {
  'sweep.recorded': {
    sweep: string;
    source: string;
    connector: string;
    partition: string;
    scope: string[];
    calls: number;
    pages: number;
    endSeen: boolean;
    items: number;
    providerCount: number | null;
    errors: Array<{ what: string; why: string }>;
    denied: DeniedRange[];
    verdict: SweepVerdict;
    why: string;
    /** SHA-256 of the canonical list of `[key, digest]` of all observations, by key; `digest` as `observationDigest` has it. Hex. */
    listDigest: string;
    /** What each listing gave. */
    listings: ListingRecord[];
    /**
     * SHA-256 (hex) of the list of the committed pages that the sweep read, which is itself kept under that digest; null where the
     * source could not even say what there is to read.
     */
    manifest: string | null;
    /** The provider's clock at one answer, and ours; null where it shows none. */
    clock: { provider: string; ours: string } | null;
    started: string;
    ended: string;
  };
  'observation.recorded': {
    sweep: string;
    source: string;
    partition: string;
    /** Stable across sweeps: the same thing has the same key. */
    key: string;
    class: 'identity' | 'credential' | 'permission' | 'trust' | 'exposure';
    change: 'new' | 'changed' | 'gone';
    label: string | Commitment;
    attributes: Record<string, ObservedValue>;
    /** Names by which another source may know the very same thing. */
    joins: string[];
    provenance: Provenance[];
  };
  /** A person says which declared identity something that a sweep saw belongs to; a later claim takes its place. */
  'observation.claimed': { observation: string; identity: string };
  /** A person decides on something that nobody declared. `until`: when the decision lapses (dismissed), or by when it must be gone (retire). */
  'observation.disposed': {
    observation: string;
    disposition: ObservationDisposition;
    reason: string;
    until: string;
  };
  /** Two observations are one thing; `reason` names what shows it. `a` sorts before `b`. */
  'observation.joined': { a: string; b: string; reason: string };
  /** A person says that they are not; they are not joined again. */
  'observation.split': { a: string; b: string; reason: string };
  /** A source as it is read from now on. Secrets by where they are kept, never by value. */
  'source.configured': { source: string; spec: SourceSpec };
  'source.removed': { source: string; reason: string };
}
