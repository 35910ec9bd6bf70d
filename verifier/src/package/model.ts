import type { CommitmentOpening } from '../commitment.ts';
import type { EvidenceInput } from '../evidence-input.ts';
import type { TestResult } from '../tests/index.ts';
import type { Entry, State } from '../words/index.ts';

/** Where a package's entries lie in the log. All are indices. */
export interface Range {
  /** First leaf that is there: `base`, or the leaf before the period if that is earlier. */
  start: number;
  /** How many entries the snapshot is the fold of: the fold goes on from there. */
  base: number;
  /** The last snapshot at or before `first`. */
  snapshot: number;
  /** First entry of the period. */
  first: number;
  /** The leaf after the period, which proves where it ends. */
  last: number;
}

/** An older entry with its way to the checkpoint's root. */
export interface CarriedEntry {
  index: number;
  leaf: Uint8Array;
  /** null where it is withheld or erased. */
  body: Uint8Array | null;
  /** Leaf to root, in the checkpoint's tree. */
  proof: Uint8Array[];
}

/** A consistency proof from an earlier tree to the checkpoint. */
export interface EarlierTree {
  size: number;
  proof: Uint8Array[];
}

/** What has been computed from the entries, as a page that presents it needs it. */
export interface Derived {
  input: EvidenceInput;
  results: JudgedControl[];
}

/** A control's result; how each member of its population fared is in its file. */
export type JudgedControl = Omit<TestResult, 'members'>;

export interface Pages {
  /** `README-auditor.md` */
  readme: string;
  /** `index.html` */
  index: string;
  /** `documents/NAME.md` by name (`[a-z0-9-]`): for people, and nothing rests on them. */
  documents?: Readonly<Record<string, string>>;
}

/** A page that a sweep read, by its digest; null where it cannot be had. */
export type ReadPage = (digest: string) => Promise<Uint8Array | null>;

/** All that a package is made of; the rest is computed. */
export interface PackageContents {
  period: { from: string; to: string };
  range: Range;
  /** Roots of the perfect trees left of `range.start`, widest first. */
  frontier: Uint8Array[];
  /** Leaves `[start, last]`. */
  leaves: Uint8Array[];
  /** Bodies of the same entries; null where withheld or erased. Those outside `[base, last)` are left out anyway. */
  bodies: Array<Uint8Array | null>;
  /** The signed note. */
  checkpoint: Uint8Array;
  /** From the tree of `last + 1` leaves to the checkpoint's. */
  consistency: Uint8Array[];
  /** For an auditor who holds an earlier checkpoint that lies outside `[start, last + 1]`. */
  since?: EarlierTree;
  /** The fold of entries 0 to `base` − 1. */
  snapshotState: State;
  /** Below `base`, in order; at least those that `carriedIndices` names. */
  carried: CarriedEntry[];
  openings: CommitmentOpening[];
  pages(derived: Derived): Pages;
  /** None are had where this is absent. */
  readPage?: ReadPage;
}

/** The same, where openings are looked for only once it is known what the package shows. */
export interface OpenContents extends Omit<PackageContents, 'openings'> {
  openings: CommitmentOpening[] | ((snapshotState: State, entries: Entry[]) => Promise<CommitmentOpening[]>);
}

/** The log's own key, wherever it is kept; it signs the manifest too. */
export interface RemoteSigner extends Omit<PackageSigner, 'sign'> {
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** The log's own key; it signs the manifest too. */
export interface PackageSigner {
  origin: string;
  /** Raw Ed25519, 32 bytes. */
  publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export interface ManifestFile {
  name: string;
  size: number;
  sha256: string;
}

export interface Manifest {
  v: 1;
  origin: string;
  /** C2SP verifier-key string of the log. */
  logKey: string;
  period: { from: string; to: string };
  range: Range;
  withheld: {
    /** Indices of entries whose bodies are not there, ascending. */
    bodies: number[];
    /** Commitments without an opening, sorted. */
    openings: string[];
    /** Digests of pages that sweeps read and that are not there, sorted. */
    pages: string[];
  };
  /** Every other member but the envelope, in the archive's order. */
  files: ManifestFile[];
}

export const MEMBER = {
  manifest: 'manifest.json',
  envelope: 'manifest.dsse.json',
  checkpoint: 'checkpoint',
  proofs: 'log/proofs.json',
  snapshot: 'snapshot.json',
  opening: 'opening.json',
  closing: 'closing.json',
  carried: 'carried/entries.jsonl',
  openings: 'openings/openings.jsonl',
  readme: 'README-auditor.md',
  index: 'index.html',
} as const;

/** A document's name in the package. */
export const documentName = (name: string): string => `documents/${name}.md`;

/** Entries per bundle; bundle n holds what lies in the range of `[256n, 256n + 256)`. */
export const BUNDLE_WIDTH = 256;
const BUNDLE_DIGITS = 10;

export const bundleName = (folder: 'log' | 'bodies', bundle: number): string =>
  `${folder}/${String(bundle).padStart(BUNDLE_DIGITS, '0')}`;

/** Numbers of the bundles that cover `[start, last]`. */
export function bundlesOf({ start, last }: Range): number[] {
  const first = Math.floor(start / BUNDLE_WIDTH);
  return Array.from({ length: Math.floor(last / BUNDLE_WIDTH) - first + 1 }, (_, i) => first + i);
}
