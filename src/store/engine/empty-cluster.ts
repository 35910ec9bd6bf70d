import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/**
 * An empty cluster as a tar. To create one takes seconds and to unpack one a tenth of that, so it is kept beside the package
 * that made it, and named by the package's exact version: whoever could change it there could change the engine as well.
 */
export async function emptyCluster(): Promise<Blob> {
  const path = keptPath();
  const kept = await readFile(path).catch(() => undefined);
  if (kept !== undefined) return new Blob([kept]);
  const pg = await PGlite.create();
  const cluster = await pg.dumpDataDir('none');
  await pg.close();
  await keep(path, cluster).catch(() => undefined);
  return cluster;
}

function keptPath(): string {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@electric-sql/pglite');
  const modules = entry.slice(0, entry.lastIndexOf('node_modules') + 'node_modules'.length);
  const { version } = require(join(modules, '@electric-sql/pglite/package.json'));
  return join(modules, '.cache', 'muniment', `empty-cluster-${version}.tar`);
}

/** By rename, since several processes may do it at once. A folder that cannot be written costs time, nothing else. */
async function keep(path: string, cluster: Blob): Promise<void> {
  const partial = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(partial, Buffer.from(await cluster.arrayBuffer()));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
