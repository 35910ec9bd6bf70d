import {
  type Checkpoint,
  decodeEntry,
  equalBytes,
  FormatError,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  type VerifierKey,
  verifyNote,
} from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import { rootFrom } from '../../ledger/index.ts';
import type { Db, KnownElsewhere } from '../contract.ts';
import type { Head } from './head.ts';
import { searchEntries } from './reads.ts';
import { TileReader } from './tiles.ts';

/** A checkpoint that somebody else holds: published, kept elsewhere, seen by a witness. */
export interface KnownCheckpoint {
  /** Where it comes from, for people: a path, an address, a witness's name. */
  from: string;
  /** The signed note. */
  note: Uint8Array;
}

/** A log that this one goes on from: its key, and how many of its entries were kept. */
export interface Predecessor {
  key: VerifierKey;
  kept: number;
}

/** A log goes on under another name at most a few times in its life. */
const PREDECESSORS_MAX = 1_000;

/** Logs that `log.continued` entries name, newest first. */
export async function predecessors(db: Db): Promise<Predecessor[]> {
  const entries = await searchEntries(db, { kinds: ['log.continued'], limit: PREDECESSORS_MAX });
  return entries.flatMap(({ index, leaf, body }) => {
    const data = decodeEntry(index, leaf, body).body?.data as { logKey: string; kept: number } | undefined;
    return data === undefined ? [] : [{ key: parseVerifierKey(data.logKey), kept: data.kept }];
  });
}

/** @returns the checkpoint where `key` signed it. @throws MunimentError `data_damaged` where it is no checkpoint at all */
export async function openKnown(
  { from, note }: KnownCheckpoint,
  key: VerifierKey,
): Promise<Checkpoint | undefined> {
  try {
    const parsed = parseNote(note);
    const checkpoint = parseCheckpoint(parsed.text);
    if (checkpoint.origin !== key.name) return undefined;
    return (await verifyNote(parsed, [key])).length === 1 ? checkpoint : undefined;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new MunimentError('data_damaged', `the checkpoint in \`${from}\` is not one: ${error.message}`);
  }
}

/**
 * Refuses a database that does not hold what a checkpoint was signed over: an old backup was restored, the tail was cut off,
 * or it is another log's. To go on signing would fork the log in front of everybody who saw that checkpoint.
 * @returns whether it is of this log, or of one that this log goes on from
 * @throws MunimentError `log_ahead_of_database`, `data_damaged`
 */
export async function checkKnown(
  known: KnownCheckpoint,
  key: VerifierKey,
  db: Db,
  head: Head,
): Promise<'ours' | 'predecessor'> {
  const ours = await openKnown(known, key);
  if (ours !== undefined) {
    await checkHeld(known.from, ours, db, head.size);
    return 'ours';
  }
  for (const { key: before, kept } of await predecessors(db)) {
    const theirs = await openKnown(known, before);
    if (theirs === undefined) continue;
    // What was lost behind `kept` is said in the log; what was kept must still be the same.
    if (theirs.size <= kept) await checkHeld(known.from, theirs, db, kept);
    return 'predecessor';
  }
  throw new MunimentError(
    'data_damaged',
    `the checkpoint in \`${known.from}\` is not signed by this log's key`,
  );
}

async function checkHeld(from: string, { size, root }: Checkpoint, db: Db, held: number): Promise<void> {
  if (size === 0) return;
  if (size > held) {
    throw new MunimentError(
      'log_ahead_of_database',
      `the checkpoint in \`${from}\` has ${size} entries, but the database has only ${held}: restore a newer backup, or, if entries ${held} to ${size - 1} are lost for good, start once with --new-origin NAME --reason TEXT`,
    );
  }
  if (equalBytes(root, await rootFrom(new TileReader(db).source(), size))) return;
  throw new MunimentError(
    'log_ahead_of_database',
    `the checkpoint in \`${from}\` is over other entries than the first ${size} of the database: they were changed, or this is a fork; restore a backup that holds them`,
  );
}

/** The same, where somebody else tells only of a size. Throws `log_ahead_of_database`. */
export function checkNotBehind({ size }: Head, known: KnownElsewhere | undefined): void {
  if (known === undefined || known.size <= size) return;
  const why = `${known.who} knows a log of ${known.size} entries, but the database has only ${size}`;
  throw new MunimentError('log_ahead_of_database', why);
}
