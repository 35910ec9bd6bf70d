import type { TileFolder, TreeSource } from '../../ledger/index.ts';
import type { Db } from '../contract.ts';
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
