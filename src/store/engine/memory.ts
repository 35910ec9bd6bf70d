import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/**
 * A database in memory, for tests. Creating a cluster takes seconds and loading one a tenth of that, so an empty one is kept
 * beside the package that made it, named by the package's exact version.
 */
export async function openInMemory(): Promise<PGlite> {
  const template = templatePath();
  const kept = await readFile(template).catch(() => undefined);
  if (kept !== undefined) return PGlite.create({ loadDataDir: new Blob([kept]) });
  const pg = await PGlite.create();
  await keep(template, await pg.dumpDataDir('none')).catch(() => undefined);
  return pg;
}

function templatePath(): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const modules = entry.slice(0, entry.lastIndexOf('node_modules') + 'node_modules'.length);
  const { version } = createRequire(import.meta.url)(join(modules, '@electric-sql/pglite/package.json'));
  return join(modules, '.cache', 'muniment', `empty-cluster-${version}.tar`);
}

/** By rename, since test files run at the same time. */
async function keep(template: string, dump: Blob): Promise<void> {
  const partial = `${template}.${process.pid}`;
  await mkdir(dirname(template), { recursive: true });
  try {
    await writeFile(partial, Buffer.from(await dump.arrayBuffer()));
    await rename(partial, template);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
