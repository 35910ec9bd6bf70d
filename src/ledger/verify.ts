import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Checkpoint,
  concatBytes,
  decodeBundle,
  decodeLeaf,
  emptyFrontier,
  equalBytes,
  extendFrontier,
  FormatError,
  frontierRoot,
  leafHash,
  parseCheckpoint,
  parseNote,
  TILE_WIDTH,
  tilePath,
  type VerifierKey,
  verifyNote,
} from '#verifier';
import { tileRoot } from './proofs.ts';

export interface FolderReport {
  /** What the checkpoint says; null where there is none that can be read. */
  origin: string | null;
  size: number;
  /** True where the checkpoint's signature was checked with the key that was given. */
  signatureChecked: boolean;
  /** What is wrong and where, in the order of the log; empty where everything holds. */
  problems: string[];
}

export interface FolderCheck {
  /** The key that must have signed; without it the signature is not checked, and the report says so. */
  key?: VerifierKey;
  /** A checkpoint that was kept elsewhere (signed note): the log must go on from it. */
  kept?: Uint8Array;
  onProgress?: (entries: number, size: number) => void;
}

const KEPT = 'kept checkpoint';

/** Recomputes a published log from its entries: every leaf, every tile of hashes, the root, the signature. */
export async function verifyTileFolder(folder: string, check: FolderCheck = {}): Promise<FolderReport> {
  const problems: string[] = [];
  const checkpoint = await readCheckpoint(folder, check.key, problems);
  const report = { origin: checkpoint?.origin ?? null, size: checkpoint?.size ?? 0, problems };
  const signatureChecked = checkpoint !== undefined && check.key !== undefined;
  if (checkpoint === undefined) return { ...report, signatureChecked };
  const reader = new FolderReader(folder, checkpoint.size, problems);
  const kept = check.kept && (await openKept(check.kept, check.key, checkpoint, problems));
  const root = await reader.recompute(check.onProgress, kept);
  if (root !== undefined && !equalBytes(root, checkpoint.root)) {
    problems.push('checkpoint: its root is not that of the entries');
  }
  return { ...report, signatureChecked };
}

/** What a kept checkpoint says, where it is of this log and its tree is not larger than what is published. */
async function openKept(
  bytes: Uint8Array,
  key: VerifierKey | undefined,
  published: Checkpoint,
  problems: string[],
): Promise<Checkpoint | undefined> {
  const say = (what: string): undefined => void problems.push(`${KEPT}: ${what}`);
  try {
    const note = parseNote(bytes);
    const kept = parseCheckpoint(note.text);
    if (kept.origin !== published.origin) return say(`is of the log \`${kept.origin}\``);
    if (key !== undefined && (await verifyNote(note, [key])).length === 0) {
      return say(`not signed by \`${key.name}\` with the key that was given`);
    }
    if (kept.size <= published.size) return kept;
    return say(`has ${kept.size} entries; ${published.size} to ${kept.size - 1} are gone`);
  } catch (error) {
    return say(why(error));
  }
}

async function readCheckpoint(
  folder: string,
  key: VerifierKey | undefined,
  problems: string[],
): Promise<Checkpoint | undefined> {
  try {
    const note = parseNote(await readFile(join(folder, 'checkpoint')));
    const checkpoint = parseCheckpoint(note.text);
    if (key !== undefined && (await verifyNote(note, [key])).length === 0) {
      problems.push(`checkpoint: not signed by \`${key.name}\` with the key that was given`);
    }
    if (key !== undefined && checkpoint.origin !== key.name) {
      problems.push(`checkpoint: its origin is \`${checkpoint.origin}\`, not \`${key.name}\``);
    }
    return checkpoint;
  } catch (error) {
    problems.push(`checkpoint: ${why(error)}`);
    return undefined;
  }
}

function why(error: unknown): string {
  if (error instanceof FormatError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'is missing';
  if (code !== undefined) return `cannot be read (${code})`;
  throw error;
}

/** Goes through the tree bottom up, one tile in memory for each level. */
class FolderReader {
  readonly #folder: string;
  readonly #size: number;
  readonly #problems: string[];
  /** Hashes of the tile that is being filled, by level. */
  readonly #filling: Uint8Array[][] = [];
  #lastTime = '';

  constructor(folder: string, size: number, problems: string[]) {
    this.#folder = folder;
    this.#size = size;
    this.#problems = problems;
  }

  /** @returns the root of the entries; undefined where some are missing */
  async recompute(
    onProgress: FolderCheck['onProgress'],
    kept: Checkpoint | undefined,
  ): Promise<Uint8Array | undefined> {
    let frontier = emptyFrontier();
    let whole = true;
    for (let from = 0; from < this.#size; from += TILE_WIDTH) {
      const hashes = await this.#bundle(from, Math.min(TILE_WIDTH, this.#size - from));
      whole &&= hashes !== undefined;
      for (const hash of hashes ?? []) {
        frontier = extendFrontier(frontier, hash);
        if (whole && frontier.size === kept?.size) this.#compareKept(kept, frontierRoot(frontier));
      }
      if (whole) await this.#fill(0, from / TILE_WIDTH, hashes as Uint8Array[]);
      onProgress?.(Math.min(from + TILE_WIDTH, this.#size), this.#size);
    }
    if (!whole) return undefined;
    await this.#checkPartials();
    return frontierRoot(frontier);
  }

  #compareKept({ size, root }: Checkpoint, found: Uint8Array): void {
    if (equalBytes(root, found)) return;
    this.#problems.push(
      `${KEPT}: is over other entries than the first ${size}: they were rewritten, or this is a fork`,
    );
  }

  /** Leaf hashes of one bundle. */
  async #bundle(from: number, width: number): Promise<Uint8Array[] | undefined> {
    const path = tilePath('entries', from / TILE_WIDTH, width);
    const bytes = await this.#read(path);
    if (bytes === undefined) return undefined;
    const leaves = this.#decode(path, bytes);
    if (leaves === undefined) return undefined;
    if (leaves.length !== width) {
      this.#problems.push(`${path}: holds ${leaves.length} entries, not ${width}`);
      return undefined;
    }
    for (const [at, leaf] of leaves.entries()) this.#checkLeaf(from + at, leaf);
    return leaves.map(leafHash);
  }

  #decode(path: string, bytes: Uint8Array): Uint8Array[] | undefined {
    try {
      return decodeBundle(bytes);
    } catch (error) {
      this.#problems.push(`${path}: ${why(error)}`);
      return undefined;
    }
  }

  #checkLeaf(index: number, bytes: Uint8Array): void {
    try {
      const { time } = decodeLeaf(bytes);
      if (time < this.#lastTime)
        this.#problems.push(`entry ${index}: its time is before that of the entry before`);
      this.#lastTime = time;
    } catch (error) {
      this.#problems.push(`entry ${index}: ${why(error)}`);
    }
  }

  /** Adds hashes to a level; compares each tile that becomes full, and hands its root up. */
  async #fill(level: number, tile: number, hashes: Uint8Array[]): Promise<void> {
    this.#filling[level] = hashes;
    if (hashes.length < TILE_WIDTH) return;
    await this.#compare(level, tile, hashes);
    this.#filling[level] = [];
    const above = [...(this.#filling[level + 1] ?? []), tileRoot(hashes)];
    await this.#fill(level + 1, Math.floor(tile / TILE_WIDTH), above);
  }

  async #checkPartials(): Promise<void> {
    for (const [level, hashes] of this.#filling.entries()) {
      const tile = Math.floor(this.#size / TILE_WIDTH ** (level + 1));
      if (hashes.length > 0) await this.#compare(level, tile, hashes);
    }
  }

  async #compare(level: number, tile: number, hashes: Uint8Array[]): Promise<void> {
    const path = tilePath(level, tile, hashes.length);
    const bytes = await this.#read(path);
    if (bytes === undefined || equalBytes(bytes, concatBytes(...hashes))) return;
    const at = hashes.findIndex((hash, i) => !equalBytes(hash, bytes.subarray(32 * i, 32 * (i + 1))));
    const first = tile * TILE_WIDTH + at;
    const what =
      level === 0 ? `entry ${first} does not hash to it` : `hash ${first} does not follow from below`;
    this.#problems.push(at < 0 ? `${path}: has bytes after its last hash` : `${path}: ${what}`);
  }

  async #read(path: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.#folder, path));
    } catch (error) {
      this.#problems.push(`${path}: ${why(error)}`);
      return undefined;
    }
  }
}
