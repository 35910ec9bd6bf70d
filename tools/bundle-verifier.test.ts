/** The one file that an auditor gets, as a program and as a module. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { encodePackage, formatVerifierKey, sha256Hex } from '#verifier';
import { contentsOf, newSigner, smallLog, vkey } from '../verifier/src/package/testing/fixture.ts';
import { verifierBundle } from './bundle-verifier.ts';

const signer = newSigner();
const honest = await encodePackage(contentsOf(smallLog(), signer), signer);
const files: Record<string, Uint8Array | string> = {
  'good.zip': honest,
  'bad.zip': honest.slice(1),
  'log.vkey': formatVerifierKey(vkey(signer)),
};

const folder = mkdtempSync(join(tmpdir(), 'muniment-verify-'));
after(() => rmSync(folder, { recursive: true }));
const bundle = await verifierBundle();
const file = join(folder, 'muniment-verify.mjs');
writeFileSync(file, bundle);
for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);

const node = (...args: string[]) =>
  new Promise<{ code: number; out: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (error, out) =>
      resolve({ code: Number(error?.code ?? 0), out }),
    );
  });

test('the bundle is the same each time, imports nothing, and prints its own hash', async () => {
  assert.equal(await verifierBundle(), bundle);
  assert.doesNotMatch(bundle, /^import |\brequire\(/m);
  assert.equal((await node(file, '--version')).out, `sha256 ${sha256Hex(bundle)}\n`);
});

test('the bundle alone verifies a package, and exits as it should', async () => {
  assert.deepEqual(await node(file, 'good.zip', '--key', '@log.vkey').then(({ code }) => code), 0);
  assert.equal((await node(file, 'bad.zip')).code, 1);
  assert.equal((await node(file, 'none.zip')).code, 2);
});

test('the bundle runs where there is no Node: nothing but what a browser has', async () => {
  const script = `
    const bytes = new Uint8Array((await import('node:fs')).readFileSync('good.zip'));
    const print = console.log;
    delete globalThis.process;
    delete globalThis.Buffer;
    const { verifyPackage } = await import(${JSON.stringify(pathToFileURL(file).href)});
    print((await verifyPackage(bytes)).outcome);`;
  assert.equal((await node('--input-type=module', '-e', script)).out, 'HOLDS\n');
});
