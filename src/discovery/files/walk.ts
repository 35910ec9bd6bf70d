import type { Reader } from './reader.ts';

/** Below each root. */
export const WALK_MAX_DEPTH = 5;
/** In one sweep. */
export const WALK_MAX_FOLDERS = 5_000;
export const WALK_MAX_FILES = 2_000;

/** Folders of others' making, which hold copies without end. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  'node_modules',
  'vendor',
  'dist',
  'target',
  'build',
  'site-packages',
  '__pycache__',
]);
/** Hidden folders that a project keeps its settings in; all others are passed over. */
const HIDDEN: ReadonlySet<string> = new Set([
  '.github',
  '.gitlab',
  '.vscode',
  '.cursor',
  '.claude',
  '.devcontainer',
]);

export const isWalked = (name: string): boolean =>
  name.startsWith('.') ? HIDDEN.has(name) : !PASSED_OVER.has(name);

/** One walk: what is still to be looked into, what was found, and what lay too deep. */
class Walk {
  readonly found: string[] = [];
  readonly #reader: Reader;
  readonly #wanted: (path: string) => boolean;
  readonly #entered: (folder: string) => boolean;
  readonly #seen: Set<string>;
  #level: string[];
  #folders = 0;

  constructor(reader: Reader, roots: string[], wanted: (path: string) => boolean, entered = isWalked) {
    this.#reader = reader;
    this.#wanted = wanted;
    this.#entered = entered;
    this.#level = [...new Set(roots)].sort();
    this.#seen = new Set(this.#level);
  }

  #stop(why: string): void {
    this.#reader.denied.push({ what: `${this.#level.length} folders, from ${this.#level[0]}`, why });
    this.#level = [];
  }

  async #into(path: string, next: string[]): Promise<void> {
    for (const { name, kind } of (await this.#reader.entries(path)) ?? []) {
      const child = path === '/' ? `/${name}` : `${path}/${name}`;
      if (kind === 'file' && this.#wanted(child)) this.found.push(child);
      if (kind !== 'folder' || !this.#entered(name) || this.#seen.has(child)) continue;
      this.#seen.add(child);
      next.push(child);
    }
  }

  /** Looks into every folder of this level, and makes those below them the next. */
  async #descend(): Promise<void> {
    const next: string[] = [];
    while (this.#level.length > 0) {
      if (this.#folders >= WALK_MAX_FOLDERS) return this.#stop(`more than ${WALK_MAX_FOLDERS} folders`);
      if (this.found.length >= WALK_MAX_FILES) return this.#stop(`more than ${WALK_MAX_FILES} files`);
      this.#folders += 1;
      await this.#into(this.#level.shift() as string, next);
    }
    this.#level = next;
  }

  async all(): Promise<string[]> {
    for (let depth = 0; depth <= WALK_MAX_DEPTH && this.#level.length > 0; depth += 1) await this.#descend();
    if (this.#level.length > 0) this.#stop(`deeper than ${WALK_MAX_DEPTH}`);
    return this.found.slice(0, WALK_MAX_FILES);
  }
}

/**
 * Paths below the roots that `wanted` takes, breadth first and sorted within a folder, following no link. A limit that is hit is a
 * denied range of the reader's. `entered` is asked of a folder's name.
 */
export const findFiles = (
  reader: Reader,
  roots: string[],
  wanted: (path: string) => boolean,
  entered = isWalked,
): Promise<string[]> => new Walk(reader, roots, wanted, entered).all();
