import type { Kysely, Transaction } from 'kysely';
import type { EntryData, Kind, Rows, RowTable, View } from '#verifier';
import type { Schema } from './schema.ts';

export type Db = Kysely<Schema>;
export type Tx = Transaction<Schema>;

/** An open database: the embedded engine or PostgreSQL, migrated. Rows of the fold are written by the log alone. */
export interface Database {
  readonly engine: 'embedded' | 'postgresql';
  readonly db: Db;
  /** Runs work of its own that is not the fold's: sessions, jobs, sealed secrets. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** With the rights of the tables' owner: for erasing bodies after retention, and nothing else. */
  ownerTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Embedded only: how often the engine made something durable since it started. */
  syncs?(): Promise<number>;
  /** Throws `storage_unavailable` where reads may go on and writes would be refused: a disk that is nearly full, a standby. */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
}

/** The opening of a personal commitment; kept in a table of its own, so it can be erased. */
export interface Opening {
  commitment: string;
  /** 16 bytes, base64url. */
  salt: string;
  value: string;
}

/** An entry before it has a place: no index, no time, no nonce. */
export type Draft = {
  [K in Kind]: {
    kind: K;
    /** Opaque ids, or empty. */
    subject: string;
    actor: string;
    /** When it was true; the leaf's time where absent. */
    occurred?: string;
    data: EntryData[K];
    openings?: Opening[];
  };
}[Kind];

/** An entry that is durable. */
export interface Appended {
  index: number;
  time: string;
  kind: Kind;
  leafHash: Uint8Array;
  /** The exact bytes that the tile and the body table hold. */
  leaf: Uint8Array;
  body: Uint8Array;
}

/** What an issuance hands back: checked by anyone who holds the log's public key. */
export interface Receipt {
  index: number;
  /** Leaf, body: base64. */
  leaf: string;
  body: string;
  /** A signed note over a tree that holds the entry. */
  checkpoint: string;
  /** Inclusion proof, base64 hashes, leaf to root. */
  proof: string[];
}

export type { DecidingTable, View } from '#verifier';

export interface Decided<T> {
  drafts: Draft[];
  result: T;
}

/**
 * One unit for the committer. `decide` is pure and may run more than once: whatever it looked at is compared, under the
 * lock on the log's head, with what stands then, and a stale decision is taken again. `consume` runs in the same
 * transaction and uses up one-time things by guarded updates; if it throws, this item alone fails and leaves no entry.
 */
export interface Work<T> {
  decide(view: View, now: Date): Decided<T>;
  consume?(tx: Tx, decided: Decided<T>): Promise<void>;
  /** Rows outside the fold (sealed secrets, token hashes) that must stand or fall with the entries. */
  beside?(tx: Tx, appended: Appended[], result: T): Promise<void>;
}

export interface Committed<T> {
  result: T;
  appended: Appended[];
  /** Index into `appended`; the proof is to the checkpoint of its own batch. */
  receipt(position: number): Receipt;
}

/** A moment in both times: a screen shows what was true at `asOf`, as it was known at `knownAt`. */
export interface When {
  /** RFC 3339; absent means now. */
  asOf?: string;
  /** RFC 3339, or a tree size; absent means all that is known. */
  knownAt?: string | number;
}

/** The log over a database: the one way to write a fact, and the ways to read facts. */
export interface Log {
  readonly origin: string;
  /** C2SP verifier-key string. */
  readonly verifierKey: string;
  view(): Promise<View>;
  /** Resolves when the entries are durable and covered by a signed checkpoint. */
  commit<T>(work: Work<T>): Promise<Committed<T>>;
  /** `commit` for entries that rest on no decision. */
  append(drafts: Draft[]): Promise<Committed<undefined>>;
  /** Rows as of a moment. */
  rows<T extends RowTable>(table: T, when?: When): Promise<Array<Rows[T]>>;
  row<T extends RowTable>(table: T, key: string, when?: When): Promise<Rows[T] | undefined>;
  /** Entries `[from, to)`, exact bytes. */
  entries(from: number, to: number): AsyncIterable<StoredEntry>;
  entry(index: number): Promise<StoredEntry | undefined>;
  /** Newest first. */
  search(query: EntryQuery): Promise<StoredEntry[]>;
  head(): Promise<{ size: number; time: string; root: Uint8Array; checkpoint: string }>;
  /** First index whose leaf time is at or after `time`: a moment's tree size. */
  sizeAt(time: string): Promise<number>;
  inclusion(index: number, size?: number): Promise<Uint8Array[]>;
  consistency(from: number, to?: number): Promise<Uint8Array[]>;
  /** Values behind commitments, where they are still kept. */
  open(commitments: Iterable<string>): Promise<ReadonlyMap<string, Opening>>;
  /** Called after each commit with what was appended, in order: locks reach the agents from here. */
  onAppend(listener: (entries: Appended[]) => void): () => void;
  /** Takes up what other replicas appended, and calls the listeners; also runs by itself every 200 ms. */
  refresh(): Promise<void>;
  /** Counts a refusal that could not be recorded because storage is down; a `log.gap` entry tells of them when it is back. */
  noteUnrecorded(): void;
  /** Throws `storage_unavailable` where nothing can be recorded now, and so nothing issued, though reads may go on. */
  checkWritable(): Promise<void>;
  /**
   * Appends a snapshot entry over the live state at the size that the log has now. Others go on appending meanwhile; where a
   * replica's snapshot came between, that one is handed back.
   */
  snapshot(): Promise<Appended>;
  /** The whole database of one moment, in pieces; see `backup/format.ts`. Sealed secrets stay sealed. */
  backup(): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

export interface StoredEntry {
  index: number;
  time: string;
  kind: Kind;
  subject: string;
  actor: string;
  leaf: Uint8Array;
  leafHash: Uint8Array;
  /** null where erased after retention. */
  body: Uint8Array | null;
}

export interface EntryQuery {
  kinds?: Kind[];
  subject?: string;
  actor?: string;
  /** Only entries with a lower index. */
  before?: number;
  limit: number;
}

/** The largest tree of a log that somebody outside says they know. */
export interface KnownElsewhere {
  /** For people: "the witness `x`". */
  who: string;
  size: number;
}

/** Signs checkpoints; the log's key never leaves it. */
export interface LogSigner {
  /** The name in the note: the log's origin. */
  origin: string;
  /** Raw Ed25519, 32 bytes. */
  publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}
