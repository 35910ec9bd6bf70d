import { type Checkpoint, type EntryData, formatVerifierKey, fromUtf8, hex, verifierKey } from '#verifier';
import { type Clock, MunimentError } from '../../kernel/index.ts';
import { signCheckpoint } from '../../ledger/index.ts';
import type { Database, Draft, LogSigner, Tx, View } from '../contract.ts';
import { asStorageError } from '../engine/failures.ts';
import { attempt, type Item, runBatch } from './batch.ts';
import { type Head, readHead } from './head.ts';
import { type KnownCheckpoint, openKnown } from './known.ts';
import { catchUp, TableView } from './view.ts';

type Continued = EntryData['log.continued'];

export interface ContinueOptions {
  database: Database;
  clock: Clock;
  /** Of the log as it stands, and of the one that goes on from it. */
  from: LogSigner;
  to: LogSigner;
  /** What others hold of the log so far. */
  known: readonly KnownCheckpoint[];
  reason: string;
  /** Entries that come first under the new name; the one that `continued` is for is to be the first of them. */
  drafts(view: View, continued: Continued): Draft[];
  /** Rows outside the fold that must change with it. */
  beside(tx: Tx): Promise<void>;
}

/**
 * Lets the log go on under another name and key: the entries that are left, then one that names the last known checkpoint of
 * the log before. One transaction: a crash leaves either log, whole, and the new key signs nothing before it.
 * @throws MunimentError `conflict` (nothing to go on from), `log_continued` (somebody was faster), `storage_unavailable`
 */
export async function continueLog(options: ContinueOptions): Promise<Continued> {
  try {
    return await options.database.db.transaction().execute((tx) => run(tx, options));
  } catch (error) {
    throw asStorageError(error);
  }
}

async function run(tx: Tx, options: ContinueOptions): Promise<Continued> {
  const { clock, from, to, drafts, beside } = options;
  const head = await readHead(tx);
  if (head.size === 0)
    throw new MunimentError('conflict', 'the log is empty: there is nothing to go on from');
  const continued = await continuedFrom(head, options);
  const view = await catchUp(tx, TableView.empty());
  const work = { decide: (now: View) => ({ drafts: drafts(now, continued), result: undefined }) };
  const item: Item = { work, attempt: attempt(work, view, clock.now()), resolve() {}, reject() {} };
  const context = { clock, view, verifierKey: keyString(from), prelude: () => [], fault() {} };
  const { settled } = await runBatch(tx, [item], context);
  for (const each of settled) if ('error' in each) throw each.error;
  await beside(tx);
  await tx
    .updateTable('log_head')
    .set({ verifier_key: keyString(to) })
    .execute();
  return continued;
}

const keyString = ({ origin, publicKey }: LogSigner): string =>
  formatVerifierKey(verifierKey(origin, publicKey));

/** The last checkpoint that is known of the log so far; that of the database itself where nobody holds a newer one. */
async function continuedFrom(head: Head, { from, known, reason }: ContinueOptions): Promise<Continued> {
  const key = verifierKey(from.origin, from.publicKey);
  let last: { checkpoint: Checkpoint; note: string } = {
    checkpoint: { origin: from.origin, size: head.size, root: head.root, extensions: [] },
    note: signCheckpoint(head, key, (message) => from.sign(message)),
  };
  for (const each of known) {
    const checkpoint = await openKnown(each, key);
    if (checkpoint && checkpoint.size > last.checkpoint.size)
      last = { checkpoint, note: fromUtf8(each.note) };
  }
  const { size, root } = last.checkpoint;
  const logKey = formatVerifierKey(key);
  return {
    origin: from.origin,
    logKey,
    size,
    root: hex(root),
    checkpoint: last.note,
    kept: head.size,
    reason,
  };
}
