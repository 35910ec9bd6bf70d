import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Kind, Rows, RowTable } from '#verifier';

/**
 * One shape for every table of the fold. A row is one version: written by entry `known_from`, replaced by `known_to` (null
 * while it stands), true from `valid_from` on. Times are RFC 3339 text in UTC with milliseconds, collated "C", so that they
 * compare as moments and come back as they were written, on both engines.
 */
export interface FoldRow<T> {
  key: string;
  known_from: number;
  known_to: number | null;
  valid_from: string;
  data: ColumnType<T, string, never>;
}

export interface LogHeadTable {
  /** Always true: there is one row. */
  one: Generated<boolean>;
  /** C2SP verifier key of the one log that this database holds; null until it is first opened. */
  verifier_key: string | null;
  size: number;
  /** Time of the last leaf; null while the log is empty. */
  time: string | null;
  root: Uint8Array;
  /** Roots of the perfect trees, widest first, 32 bytes each. */
  frontier: Uint8Array;
  /** Index of the last deciding entry, plus one. */
  epoch: number;
}

export interface EntryTable {
  idx: number;
  time: string;
  kind: Kind;
  subject: string;
  actor: string;
  leaf: Uint8Array;
  leaf_hash: Uint8Array;
}

export interface BodyTable {
  idx: number;
  bytes: Uint8Array;
}

/** Full tiles of hashes: `hashes` is 256 times 32 bytes, `root` the hash of the perfect tree over them. */
export interface TileTable {
  level: number;
  idx: number;
  root: Uint8Array;
  hashes: Uint8Array;
}

export interface OpeningTable {
  commitment: string;
  salt: string;
  value: string;
}

export interface SealedSecretTable {
  name: string;
  sealed: Uint8Array;
}

export interface JoinTokenTable {
  id: string;
  hash: Uint8Array;
  used_at: string | null;
}

/** Assertions of OAuth clients that were shown, until they would have ended anyway. */
export interface ClientAssertionTable {
  /** SHA-256 of the client id and the assertion's `jti`. */
  hash: Uint8Array;
  ends: string;
}

export interface SignInTokenTable {
  hash: Uint8Array;
  /** Person id; null opens the bootstrap. */
  person: string | null;
  created: string;
  ends: string;
  used_at: string | null;
}

export interface SessionTable {
  hash: Uint8Array;
  id: string;
  /** Person id; null inside the bootstrap. */
  person: string | null;
  method: string;
  csrf: string;
  created: string;
  last_used: string;
  ends: string;
}

export interface JobTable {
  id: Generated<number>;
  queue: string;
  /** At most one unfinished job of a queue has a given key. */
  dedupe: string | null;
  payload: JSONColumnType<Record<string, unknown>, string, string>;
  due: string;
  /** Until when the worker that took it may be thought alive; null while it waits. */
  leased_until: string | null;
  lease: string | null;
  attempts: Generated<number>;
  last_error: string | null;
}

export interface ScheduleTable {
  name: string;
  every_seconds: number;
  next: string;
}

/** How far a reader of the log came; moved only when what it did with the entries is done. */
export interface FollowerTable {
  name: string;
  /** Index of the first entry that is still to be read. */
  next: number;
  lease: string | null;
  leased_until: string | null;
}

/** What a detector remembers about one thing; follows from the entries before its follower's `next`. */
export interface WatchStateTable {
  detector: string;
  about: string;
  data: ColumnType<unknown, string, string>;
}

/** Batches of events that were taken in, so that one told twice counts once. */
export interface EventBatchTable {
  source: string;
  batch: string;
}

/** The newest cosignature of each witness over a checkpoint of a log. It follows from no entry; its signature proves it. */
export interface CosignatureTable {
  origin: string;
  /** Verifier key. */
  witness: string;
  size: number;
  checkpoint: string;
  line: string;
  cosigned: string;
}

/** A committed page that a sweep read. */
export interface DocumentTable {
  digest: string;
  /** gzip. */
  data: Uint8Array;
  /** Of the canonical JSON, uncompressed. */
  bytes: number;
  first_seen: string;
}

export type FoldTables = { [T in RowTable as `row_${T}`]: FoldRow<Rows[T]> };

export interface Schema extends FoldTables {
  log_head: LogHeadTable;
  entry: EntryTable;
  body: BodyTable;
  tile: TileTable;
  opening: OpeningTable;
  sealed_secret: SealedSecretTable;
  join_token: JoinTokenTable;
  client_assertion: ClientAssertionTable;
  sign_in_token: SignInTokenTable;
  session: SessionTable;
  job: JobTable;
  schedule: ScheduleTable;
  follower: FollowerTable;
  watch_state: WatchStateTable;
  event_batch: EventBatchTable;
  cosignature: CosignatureTable;
  document: DocumentTable;
}
