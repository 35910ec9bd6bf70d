import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SourceError } from '../../source-error.ts';
import type { FaultCase } from '../../testing/double.ts';
import { readSource } from '../../testing/read.ts';
import { source } from './connector.ts';
import { double } from './testing/double.ts';

const ITEMS = 250;

describe('stores of certificates', () => {
  const TOLD: Array<[FaultCase, number, number, number]> = [
    ['none', ITEMS, 0, 0],
    ['forbidden-part', ITEMS - 100, 1, 0],
    ['invalid-answer', ITEMS - 100, 0, 1],
    ['broken-item', ITEMS - 1, 0, 1],
  ];
  for (const [fault, count, denied, errors] of TOLD)
    it(`${fault}: ${count} seen, ${denied} denied, ${errors} errors`, async (t) => {
      const { settings, stop } = await double.start(t, { items: ITEMS, fault, name: String });
      const [read] = await readSource(source, { settings });
      assert.deepEqual(
        [read?.committed.length, read?.denied.length, read?.errors.length, read?.end],
        [count, denied, errors, true],
      );
      await stop();
    });

  it('a PEM file that is cut in a block is an error', async (t) => {
    const { settings, stop } = await double.start(t, { items: ITEMS, fault: 'cut-page', name: String });
    const [read] = await readSource(source, { settings });
    assert.equal(read?.errors.length, 1);
    await stop();
  });

  it('a folder that is not there is no empty one', async () => {
    const [read] = await readSource(source, { settings: { folders: ['/nonexistent/stores'] } });
    assert.deepEqual(read?.thrown, new SourceError('failed', 'the folder is not there'));
  });

  it('keeps nothing of a private key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-'));
    const { generateKeyPairSync } = await import('node:crypto');
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    writeFileSync(join(folder, 'a.key'), pem);
    const [read] = await readSource(source, { settings: { folders: [folder] } });
    rmSync(folder, { recursive: true });
    assert.equal(read?.observed[0]?.attributes.kind, 'tls-private-key');
    assert.ok(!JSON.stringify(read?.committed).includes(pem.split('\n')[1] ?? 'no line'));
  });

  it('takes no settings that name nothing, a bad endpoint or a relative folder', () => {
    for (const bad of [{}, { endpoints: ['a'] }, { folders: ['a'] }, { folders: ['/a'], more: 1 }])
      assert.equal(source.settings.safeParse(bad).success, false);
  });
});
