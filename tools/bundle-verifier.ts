/** Bundles the offline verifier into one file for Node and browsers: `verifier/dist/muniment-verify.mjs`. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = `${ROOT}verifier/dist`;
const FILE = `${FOLDER}/muniment-verify.mjs`;
/** Node 24, and browsers that know Ed25519 in WebCrypto. */
const TARGET = 'es2023';

/** The bundle's text. The same sources and the same esbuild give the same bytes, wherever the clone lies. */
export async function verifierBundle(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['verifier/src/cli.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: TARGET,
    supported: { 'top-level-await': true },
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: '#!/usr/bin/env node' },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild wrote nothing');
  return file.text;
}

/** Writes the bundle beside its final name first, so that a reader never sees half of it. */
async function writeBundle(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FILE}.new`, await verifierBundle(), { mode: 0o755 });
  renameSync(`${FILE}.new`, FILE);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeBundle();
