import { join } from 'node:path';
import { formatVerifierKey, verifierKey } from '#verifier';
import { type Clock, MunimentError, systemClock } from '../../kernel/index.ts';
import { signCheckpoint, TileFolder } from '../../ledger/index.ts';
import { writeBackup } from '../backup/write.ts';
import type {
  Appended,
  Committed,
  Database,
  KnownElsewhere,
  Log,
  LogSigner,
  Receipt,
  StoredEntry,
  Work,
} from '../contract.ts';
import { asStorageError } from '../engine/failures.ts';
import { Mutex } from '../engine/mutex.ts';
import type { DurableBatch, Outcome, Step } from './batch.ts';
import { Committer } from './committer.ts';
import { type EncodedEntry, toAppended } from './encode.ts';
import { checkName, type Head, readHead } from './head.ts';
import { checkKnown, checkNotBehind, type KnownCheckpoint } from './known.ts';
import { sizeAt } from './moment.ts';
import { Prelude } from './prelude.ts';
import { Publisher } from './publisher.ts';
import * as reads from './reads.ts';
import { Superseded, snapshotWork } from './snapshot.ts';
import { Tail } from './tail.ts';
import { TileReader } from './tiles.ts';
import { catchUp, TableView } from './view.ts';

const REFRESH_MILLISECONDS = 200;

export interface LogOptions {
  database: Database;
  signer: LogSigner;
  clock?: Clock;
  /** Where the log is published in the C2SP layout; absent means nowhere. */
  folder?: string;
  /** The largest tree that is known elsewhere; asked before anything new is signed. Undefined where nobody knows of a larger one. */
  knownElsewhere?: (log: Pick<Log, 'origin' | 'head' | 'consistency'>) => Promise<KnownElsewhere | undefined>;
  /** Checkpoints that others hold: the database must have what they were signed over. */
  known?: readonly KnownCheckpoint[];
  /** Told of what has no caller to be told to: a listener that threw, tiles that could not be written. */
  onFault?: (error: unknown) => void;
  /** Tests break in here: what it throws at a step is as if the process ended there. */
  fault?: (step: Step) => void | Promise<void>;
}

/**
 * Opens the log over a database; a new one gets its first snapshot.
 * @throws MunimentError `log_ahead_of_database`, `data_damaged` (another log's database or folder), `storage_unavailable`
 */
export async function openLog(options: LogOptions): Promise<Log> {
  const log = new DatabaseLog(options);
  await log.start();
  return log;
}

class DatabaseLog implements Log {
  readonly origin: string;
  readonly verifierKey: string;
  readonly #options: LogOptions;
  readonly #key: ReturnType<typeof verifierKey>;
  readonly #prelude: Prelude;
  readonly #tiles: TileReader;
  /** One at a time: a second caller gets one of its own, which holds the first. */
  readonly #snapshots = new Mutex();
  #committer!: Committer;
  #tail!: Tail;
  #publisher: Publisher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #checkpoint: { size: number; text: string } | undefined;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#key = verifierKey(options.signer.origin, options.signer.publicKey);
    this.origin = options.signer.origin;
    this.verifierKey = formatVerifierKey(this.#key);
    this.#tiles = new TileReader(options.database.db);
    this.#prelude = new Prelude(options.clock ?? systemClock);
  }

  get #db() {
    return this.#options.database.db;
  }

  async start(): Promise<void> {
    const {
      database,
      clock = systemClock,
      onFault = () => undefined,
      fault = () => undefined,
    } = this.#options;
    const head = await this.#read(this.#claim());
    this.#publisher = await this.#openFolder(head, onFault);
    checkNotBehind(head, await this.#options.knownElsewhere?.(this));
    const view = await this.#read(catchUp(this.#db, TableView.empty()));
    this.#tail = new Tail(this.#db, head.size, onFault);
    const onDurable = (batch: DurableBatch) => this.#onDurable(batch);
    const { verifierKey } = this;
    const committer = { database, clock, prelude: this.#prelude, view, fault, onDurable, verifierKey };
    this.#committer = new Committer(committer);
    if (head.size === 0) await this.append([]);
    else this.#publisher?.offer(head.size, this.#sign(head));
    this.#poll = setInterval(() => void this.refresh().catch(onFault), REFRESH_MILLISECONDS).unref();
  }

  async #openFolder(head: Head, onFault: (error: unknown) => void): Promise<Publisher | undefined> {
    for (const known of this.#options.known ?? []) await checkKnown(known, this.#key, this.#db, head);
    if (this.#options.folder === undefined) return undefined;
    const folder = new TileFolder(this.#options.folder);
    const note = await folder.checkpoint();
    if (note !== undefined) {
      const published = { from: join(folder.folder, 'checkpoint'), note };
      const whose = await checkKnown(published, this.#key, this.#db, head);
      // The tiles of the log before are kept: they may hold leaves that the database lost.
      if (whose === 'predecessor') await folder.setAside();
    }
    return new Publisher(folder, this.#db, await folder.size(), onFault);
  }

  /** A database holds one log for good: another key or name over the same entries would be a fork. */
  async #claim(): Promise<Head> {
    const claim = this.#db.updateTable('log_head').set({ verifier_key: this.verifierKey });
    await claim.where('verifier_key', 'is', null).execute();
    const head = await readHead(this.#db);
    if (head.verifierKey === this.verifierKey) return head;
    throw new MunimentError(
      'data_damaged',
      `the database holds the log \`${head.verifierKey}\`, whose key is not this one`,
    );
  }

  async #onDurable(batch: DurableBatch): Promise<void> {
    const checkpoint = this.#sign(batch.head);
    await this.#options.fault?.('signed');
    this.#publisher?.offer(batch.head.size, checkpoint);
    await this.#tail.advance(batch.head.size, batch.entries.map(toAppended));
  }

  /** INVARIANT: nothing is signed once the log goes on under another name; a replica of before would fork it. */
  #sign(head: Head): string {
    checkName(head, this.verifierKey);
    if (this.#checkpoint?.size !== head.size) {
      const text = signCheckpoint(head, this.#key, (message) => this.#options.signer.sign(message));
      this.#checkpoint = { size: head.size, text };
    }
    return this.#checkpoint.text;
  }

  async view() {
    return this.#committer.view;
  }

  async commit<T>(work: Work<T>): Promise<Committed<T>> {
    return this.#committed(await this.#committer.submit(work as Work<unknown>));
  }

  append(drafts: Parameters<Log['append']>[0]): Promise<Committed<undefined>> {
    return this.commit({ decide: () => ({ drafts, result: undefined }) });
  }

  #committed<T>({ result, entries, batch }: Outcome): Committed<T> {
    const checkpoint = this.#sign(batch.head);
    return {
      result: result as T,
      appended: entries.map(toAppended),
      receipt: (position) => receiptOf(entries[position], batch, checkpoint),
    };
  }

  snapshot(): Promise<Appended> {
    return this.#snapshots.run(async () => {
      const work = await this.#read(snapshotWork(this.#db));
      try {
        return (await this.commit(work)).appended[0] as Appended;
      } catch (error) {
        if (!(error instanceof Superseded)) throw error;
        return this.#newestSnapshot();
      }
    });
  }

  async #newestSnapshot(): Promise<Appended> {
    const [{ body, ...newest }] = (await this.search({ kinds: ['snapshot'], limit: 1 })) as [StoredEntry];
    return { ...newest, body: body as Uint8Array };
  }

  noteUnrecorded(): void {
    this.#prelude.noteUnrecorded();
  }

  onAppend(listener: Parameters<Log['onAppend']>[0]) {
    return this.#tail.listen(listener);
  }

  /** One at a time: a slow database must not be asked again and again. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const head = await this.#read(readHead(this.#db));
    await this.#read(this.#committer.catchUp(this.#db, head));
    if (head.size > this.#tail.size) this.#publisher?.offer(head.size, this.#sign(head));
    await this.#read(this.#tail.advance(head.size));
    // Where storage refused the last batch, only another one tells when it is well again.
    if (this.#prelude.pending || this.#committer.refusal !== undefined) await this.append([]);
  }

  async #read<T>(query: Promise<T>): Promise<T> {
    try {
      return await query;
    } catch (error) {
      throw asStorageError(error);
    }
  }

  async checkWritable(): Promise<void> {
    if (this.#committer.refusal !== undefined) throw this.#committer.refusal;
    await this.#options.database.checkWritable();
  }

  async head() {
    const head = await this.#read(readHead(this.#db));
    return { size: head.size, time: head.time ?? '', root: head.root, checkpoint: this.#sign(head) };
  }

  rows: Log['rows'] = (table, when) => this.#read(reads.readRows(this.#db, table, when));

  row: Log['row'] = async (table, key, when) =>
    (await this.#read(reads.readRows(this.#db, table, when, key)))[0];

  entries: Log['entries'] = (from, to) => reads.readEntries(this.#db, from, to);

  entry: Log['entry'] = (index) => this.#read(reads.readEntry(this.#db, index));

  search: Log['search'] = (query) => this.#read(reads.searchEntries(this.#db, query));

  sizeAt: Log['sizeAt'] = (time) => this.#read(sizeAt(this.#db, time));

  inclusion: Log['inclusion'] = (index, size) =>
    this.#read(reads.inclusion(this.#db, this.#tiles, index, size));

  consistency: Log['consistency'] = (from, to) =>
    this.#read(reads.consistency(this.#db, this.#tiles, from, to));

  open: Log['open'] = (commitments) => this.#read(reads.readOpenings(this.#db, commitments));

  backup(): AsyncGenerator<Uint8Array> {
    const { database, signer, clock = systemClock } = this.#options;
    return writeBackup({ database, signer, key: this.#key, now: clock.now() });
  }

  async close(): Promise<void> {
    clearInterval(this.#poll);
    await this.#refreshing?.catch(() => undefined);
    await this.#committer.close();
    await this.#publisher?.close();
  }
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

function receiptOf(entry: EncodedEntry | undefined, batch: DurableBatch, checkpoint: string): Receipt {
  if (entry === undefined) throw new RangeError('no such entry in this commit');
  return {
    index: entry.index,
    leaf: base64(entry.leafBytes),
    body: base64(entry.bodyBytes),
    checkpoint,
    proof: batch.proofs.proof(entry.index - batch.first).map(base64),
  };
}
