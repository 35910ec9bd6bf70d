import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { concatBytes, encodeBundle, parseCheckpoint, parseNote, TILE_WIDTH, tilePath, utf8 } from '#verifier';
import type { HashSource } from './proofs.ts';

/** Where a folder's tiles come from. */
export interface TreeSource {
  hashes: HashSource;
  /** Leaves `[from, to)`, exact bytes; never more than one tile's. */
  leaves(from: number, to: number): Promise<Uint8Array[]>;
}

type Level = number | 'entries';

/**
 * The published log on disk, laid out as C2SP tlog-tiles has it. One writer at a time. INVARIANT: whatever `checkpoint` names
 * is already durable, so a reader of the folder, or a crash, never meets a checkpoint without its tiles.
 */
export class TileFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  /** The published checkpoint's bytes; undefined where nothing was published. */
  async checkpoint(): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.folder, 'checkpoint'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Size of the published tree, from the checkpoint's text; its signature is the caller's to check. */
  async size(): Promise<number> {
    const bytes = await this.checkpoint();
    return bytes === undefined ? 0 : parseCheckpoint(parseNote(bytes).text).size;
  }

  /** Moves what is published out of the way, under a name that says how far it went. @returns where it lies now */
  async setAside(): Promise<string> {
    const aside = `${this.folder}.before-${await this.size()}-${Date.now()}`;
    await rename(this.folder, aside);
    await syncFolder(dirname(this.folder));
    return aside;
  }

  /** Writes every tile that the tree of `size` has beyond the published one, then `checkpoint` (its whole text). */
  async publish(size: number, checkpoint: string, source: TreeSource): Promise<void> {
    const from = await this.size();
    if (size < from) throw new RangeError(`a published tree of ${from} cannot become one of ${size}`);
    const folders = new Set<string>();
    for await (const { path, bytes } of newTiles(from, size, source)) {
      await this.#write(path, bytes, folders);
    }
    for (const folder of deepestFirst(folders)) await syncFolder(folder);
    await writeDurably(join(this.folder, 'checkpoint'), utf8(checkpoint));
    await syncFolder(this.folder);
    await this.#removeOldPartials(from, size);
  }

  async #write(path: string, bytes: Uint8Array, folders: Set<string>): Promise<void> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeDurably(file, bytes);
    for (let folder = dirname(file); folder.length >= this.folder.length; folder = dirname(folder)) {
      folders.add(folder);
    }
  }

  /** Only the partial tiles of the published size stay; a full tile needs none. */
  async #removeOldPartials(from: number, size: number): Promise<void> {
    for (const { level, count } of levels(size)) {
      const first = Math.floor(Math.min(countAt(level, from), count) / TILE_WIDTH);
      for (let index = first; index * TILE_WIDTH < count; index += 1) {
        await this.#keepPartial(level, index, Math.min(TILE_WIDTH, count - index * TILE_WIDTH));
      }
    }
  }

  async #keepPartial(level: Level, index: number, width: number): Promise<void> {
    const folder = join(this.folder, `${tilePath(level, index)}.p`);
    if (width === TILE_WIDTH) return rm(folder, { recursive: true, force: true });
    for (const name of await readdir(folder)) {
      if (name !== String(width)) await rm(join(folder, name), { force: true });
    }
  }
}

/** Hashes at a level of a tree: one of each full tile below. */
export const countAt = (level: Level, size: number): number =>
  level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level);

/** The levels that a tree of `size` has, entries first. */
export function* levels(size: number): Iterable<{ level: Level; count: number }> {
  if (size > 0) yield { level: 'entries', count: size };
  for (let level = 0; countAt(level, size) > 0; level += 1) yield { level, count: countAt(level, size) };
}

async function* newTiles(from: number, size: number, source: TreeSource) {
  for (const { level, count } of levels(size)) {
    const before = countAt(level, from);
    if (count === before) continue;
    for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < count; index += 1) {
      const width = Math.min(TILE_WIDTH, count - index * TILE_WIDTH);
      yield {
        path: tilePath(level, index, width),
        bytes: await tileBytes(level, index * TILE_WIDTH, width, source),
      };
    }
  }
}

async function tileBytes(
  level: Level,
  start: number,
  width: number,
  source: TreeSource,
): Promise<Uint8Array> {
  if (level === 'entries') return encodeBundle(await source.leaves(start, start + width));
  return concatBytes(...(await source.hashes(level, start, width)));
}

/** Under a name of its own, then by rename: a torn file never stands under a tile's name. */
async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const partial = `${file}.tmp`;
  const handle = await open(partial, 'w', 0o644);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const deepestFirst = (folders: Set<string>): string[] => [...folders].sort((a, b) => b.length - a.length);
