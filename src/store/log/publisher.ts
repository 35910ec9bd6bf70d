import {
  type Checkpoint,
  equalBytes,
  FormatError,
  parseCheckpoint,
  parseNote,
  type VerifierKey,
  verifyNote,
} from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import { rootFrom, type TileFolder, type TreeSource } from '../../ledger/index.ts';
import type { Db, KnownElsewhere } from '../contract.ts';
import type { Head } from './head.ts';
import { TileReader } from './tiles.ts';

/** Tiles are at most about a second behind; publishing each batch would cost more fsyncs than the commits. */
const PAUSE_MILLISECONDS = 500;

/** For one publication: see `TileReader.source`. */
function treeSource(db: Db): TreeSource {
  return {
    hashes: new TileReader(db).source(),
    async leaves(from, to) {
      const rows = await db
        .selectFrom('entry')
        .select('leaf')
        .where('idx', '>=', from)
        .where('idx', '<', to)
        .orderBy('idx')
        .execute();
      return rows.map(({ leaf }) => leaf);
    },
  };
}

/**
 * Refuses a database that does not hold what was already published: an old backup was restored, or the folder is another
 * log's. To go on signing would fork the log in front of everybody who saw the newer checkpoint.
 * @throws MunimentError `log_ahead_of_database`, `data_damaged`
 */
export async function checkNotAhead(folder: TileFolder, key: VerifierKey, db: Db, head: Head): Promise<void> {
  const published = await readPublished(folder, key);
  if (published === undefined || published.size === 0) return;
  const { size, root } = published;
  if (size <= head.size && equalBytes(root, await rootFrom(treeSource(db).hashes, size))) return;
  const why = size > head.size ? `the database has only ${head.size}` : 'the database has other ones';
  throw new MunimentError('log_ahead_of_database', `the published log has ${size} entries, but ${why}`);
}

/** The same, where somebody else kept a checkpoint that the folder lost too. Throws `log_ahead_of_database`. */
export function checkNotBehind({ size }: Head, known: KnownElsewhere | undefined): void {
  if (known === undefined || known.size <= size) return;
  const why = `${known.who} knows a log of ${known.size} entries, but the database has only ${size}`;
  throw new MunimentError('log_ahead_of_database', why);
}

async function readPublished(folder: TileFolder, key: VerifierKey): Promise<Checkpoint | undefined> {
  const bytes = await folder.checkpoint();
  if (bytes === undefined) return undefined;
  try {
    const note = parseNote(bytes);
    if ((await verifyNote(note, [key])).length === 1) return parseCheckpoint(note.text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  throw new MunimentError(
    'data_damaged',
    `the checkpoint in \`${folder.folder}\` is not signed by this log's key`,
  );
}

/** Keeps the folder close behind the log; a folder that cannot be written is told of, and tried again at the next commit. */
export class Publisher {
  readonly #folder: TileFolder;
  readonly #db: Db;
  readonly #onFault: (error: unknown) => void;
  #next: { size: number; checkpoint: string } | undefined;
  #published: number;
  #running: Promise<void> | undefined;
  #hurry: () => void = () => undefined;
  #closing = false;

  constructor(folder: TileFolder, db: Db, published: number, onFault: (error: unknown) => void) {
    this.#folder = folder;
    this.#db = db;
    this.#published = published;
    this.#onFault = onFault;
  }

  /** `checkpoint` is signed over a durable tree of `size`. */
  offer(size: number, checkpoint: string): void {
    if (size <= (this.#next?.size ?? this.#published)) return;
    this.#next = { size, checkpoint };
    this.#running ??= this.#run();
  }

  /** Publishes what was offered, and stops. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#hurry();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#next !== undefined) {
      const { size, checkpoint } = this.#next;
      this.#next = undefined;
      try {
        await this.#folder.publish(size, checkpoint, treeSource(this.#db));
        this.#published = size;
      } catch (error) {
        this.#onFault(error);
      }
      if (!this.#closing) await this.#pause();
    }
    this.#running = undefined;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MILLISECONDS);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
