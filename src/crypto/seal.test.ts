import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { isMunimentError } from '../kernel/index.ts';
import { openKeys, type SecretStore } from './keys.ts';
import { sealWith } from './seal.ts';
import { openSeal } from './seal-key.ts';

const wrong = (error: unknown): boolean => isMunimentError(error) && error.code === 'seal_key_wrong';

function folder(t: { after(clean: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'muniment-seal-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('what is sealed opens under the same key and name, and any changed byte is found', () => {
  const seal = sealWith(randomBytes(32), '');
  const other = sealWith(randomBytes(32), '');
  fc.assert(
    fc.property(
      fc.string(),
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (name, text, at, flip) => {
        const sealed = Buffer.from(seal.seal(name, text));
        assert.deepEqual(Buffer.from(seal.open(name, sealed)), Buffer.from(text));
        assert.throws(() => other.open(name, sealed), wrong);
        assert.throws(() => seal.open(`${name}x`, sealed), wrong);
        assert.throws(() => seal.open(name, Buffer.concat([sealed, Buffer.from([0])])), wrong);
        assert.throws(() => seal.open(name, sealed.subarray(0, at % sealed.length)), wrong);
        sealed[at % sealed.length] = (sealed[at % sealed.length] ?? 0) ^ flip;
        assert.throws(() => seal.open(name, sealed), wrong);
      },
    ),
  );
});

test('without a setting the key lies beside the data, mode 0600, made once', (t) => {
  const data = folder(t);
  const sealed = openSeal(undefined, data).seal('a', Buffer.from('b'));
  const again = openSeal('', data);
  assert.equal(Buffer.from(again.open('a', sealed)).toString(), 'b');
  assert.match(again.worth, /beside the data/);
  const path = join(data, 'keys', 'seal.key');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(readFileSync(path).length, 32);
  chmodSync(path, 0o640);
  assert.throws(() => openSeal(undefined, data), wrong);
});

test('a key comes from a file or a command, raw or base64, and nothing else passes for one', (t) => {
  const data = folder(t);
  const key = randomBytes(32);
  const raw = join(data, 'raw');
  const text = join(data, 'text');
  writeFileSync(raw, key);
  writeFileSync(text, `${key.toString('base64')}\n`);
  const sealed = openSeal(raw, data).seal('a', Buffer.from('b'));
  for (const setting of [text, `command:cat '${raw}'`, `command:cat '${text}'`]) {
    assert.equal(Buffer.from(openSeal(setting, data).open('a', sealed)).toString(), 'b');
  }
  writeFileSync(raw, key.subarray(1));
  for (const setting of [raw, join(data, 'absent'), 'command:exit 3', 'command:true']) {
    assert.throws(() => openSeal(setting, data), wrong);
  }
});

/** A table's behaviour, with a pause so that two replicas meet. */
function memoryStore(): SecretStore {
  const rows = new Map<string, Uint8Array>();
  return {
    async get(name) {
      await new Promise((resolve) => setImmediate(resolve));
      return rows.get(name);
    },
    async putIfAbsent(name, sealed) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!rows.has(name)) rows.set(name, sealed);
    },
  };
}

test('two replicas that start together agree on every key', async () => {
  const secrets = memoryStore();
  const seal = sealWith(randomBytes(32), '');
  const replicas = [openKeys({ secrets, seal }), openKeys({ secrets, seal })];
  const signers = await Promise.all(replicas.map((keys) => keys.signer('log', 'Ed25519')));
  assert.equal(signers[0]?.keyId, signers[1]?.keyId);
  const fingerprints = await Promise.all(replicas.map((keys) => keys.secret('fingerprints')));
  assert.deepEqual(fingerprints[0], fingerprints[1]);
  await assert.rejects(
    openKeys({ secrets, seal: sealWith(randomBytes(32), '') }).signer('log', 'Ed25519'),
    wrong,
  );
});
