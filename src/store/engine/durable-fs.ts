import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What this needs of Emscripten's own node file system, which PGlite does not type. */
interface OpenStream {
  nfd?: number;
}
interface EmscriptenNodeFs {
  stream_ops: { fsync?(stream: OpenStream): number };
  tryFSOperation<T>(operation: () => T): T;
}

/** How often the disk was asked to make something durable; the fsync test counts it. */
export const syncs = { count: 0 };

/**
 * PGlite's NodeFS has no fsync, so PostgreSQL believes that its log is on disk while it is in the page cache: power loss
 * then takes acknowledged commits and can leave a database that does not open. This one passes fsync on, for directories
 * too (PostgreSQL opens and syncs the directory after it makes or renames a file). A failed fsync reaches PostgreSQL as
 * an error, which stops it rather than let it go on over lost pages.
 */
export class DurableNodeFS extends NodeFS {
  override async init(...[pg, options]: Parameters<NodeFS['init']>) {
    const mount = (module: { NODEFS: EmscriptenNodeFs }) => addFsync(module.NODEFS);
    const preRun = [mount, ...((options as { preRun?: unknown[] }).preRun ?? [])];
    return super.init(pg, { ...options, preRun } as Parameters<NodeFS['init']>[1]);
  }
}

function addFsync(nodeFs: EmscriptenNodeFs): void {
  nodeFs.stream_ops.fsync = (stream) => {
    nodeFs.tryFSOperation(() => fsyncSync(stream.nfd as number));
    syncs.count += 1;
    return 0;
  };
}

/** Makes a path's own entry and contents durable. */
export function syncPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes a whole tree durable, children before their folders: what initdb wrote was written without fsync. */
export function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) syncPath(path);
  }
  syncPath(folder);
}
