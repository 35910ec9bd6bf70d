import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { FILE_MAX_BYTES } from '../../files/reader.ts';
import { WALK_MAX_DEPTH } from '../../files/walk.ts';
import { type Fixture, find, ofKind, openFixture, recorded } from './testing/fixture.ts';

const ROOTS = { sweepRoots: ['/srv', '/data'] };

describe('private keys below the roots', () => {
  let fixture: Fixture;
  let keys: string;
  const keyOf = (type: string): string => readFileSync(join(keys, type), 'utf8');
  const printed = (type: string): string =>
    execFileSync('ssh-keygen', ['-l', '-f', join(keys, `${type}.pub`)], { encoding: 'utf8' });
  const page = async () => (await fixture.sweep(ROOTS)).get('key-files');

  before(() => {
    keys = mkdtempSync(join(tmpdir(), 'keys-'));
    for (const type of ['ed25519', 'rsa', 'ecdsa']) {
      const form = type === 'ed25519' ? [] : ['-m', 'PEM'];
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', ...form, '-f', join(keys, type)]);
    }
  });
  after(() => rmSync(keys, { recursive: true }));
  beforeEach(() => {
    fixture = openFixture();
  });
  afterEach(() => fixture.remove());

  test('are told once each, with the fingerprint that ssh-keygen prints, and never with their secret', async () => {
    const places = { ed25519: '/data/app/.ssh/deploy', rsa: '/srv/shop/rsa.pem', ecdsa: '/data/machine.key' };
    for (const [type, path] of Object.entries(places)) fixture.put(path, keyOf(type), 0o600);
    const seen = await page();
    assert.equal(seen?.items.length, 3);
    for (const [type, path] of Object.entries(places)) {
      const fingerprint = find(seen, `private-key/${path}`)?.attributes.fingerprint;
      assert.ok(printed(type).includes(` ${fingerprint} `), `${type}: ${fingerprint}`);
      assert.ok(!recorded(seen ? [seen] : []).includes(keyOf(type).split('\n')[2] as string));
    }
    assert.equal(ofKind(seen, 'ssh-user-key').length, 1);
    assert.equal(ofKind(seen, 'private-key').length, 2);
  });

  test('behind some text, or of a kind that SSH has no use for, are keys too; other files are not, whatever their size', async () => {
    const { privateKey } = generateKeyPairSync('ed448');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    fixture.put('/data/bag.pem', `Bag Attributes\n  friendlyName: of the shop\n${pem}`);
    fixture.put('/data/program', Buffer.alloc(FILE_MAX_BYTES + 1));
    fixture.put('/data/README', 'keys begin with BEGIN PRIVATE KEY');
    fixture.put('/data/public.pem', '-----BEGIN PUBLIC KEY-----\n');
    const seen = await page();
    assert.deepEqual(
      seen?.items.map(({ attributes }) => [attributes.kind, attributes.type]),
      [['private-key', 'ed448']],
    );
    assert.deepEqual([seen?.denied, seen?.errors], [[], []]);
  });

  test("in a home's own `.ssh` are told there and not here", async () => {
    fixture.put('/srv/pay/.ssh/id_ed25519', keyOf('ed25519'), 0o600);
    const pages = await fixture.sweep(ROOTS);
    assert.equal(pages.get('key-files')?.items.length, 0);
    assert.ok(find(pages.get('ssh'), 'private-key//srv/pay/.ssh/id_ed25519'));
  });

  test('deeper than is looked, or behind a link, are not read; what lies too deep is said to be unread', async () => {
    const deep = `/data/${'d/'.repeat(WALK_MAX_DEPTH + 1)}`;
    fixture.put(`${deep}key`, keyOf('ed25519'));
    fixture.put('/elsewhere/key', keyOf('ed25519'));
    symlinkSync('/elsewhere/key', join(fixture.root, '/data/link'));
    const seen = await page();
    assert.deepEqual(seen?.items, []);
    assert.deepEqual(
      seen?.denied.map(({ why }) => why),
      [`deeper than ${WALK_MAX_DEPTH}`],
    );
  });

  test('larger than any key is, though it begins like one, is a denied range', async () => {
    fixture.put('/data/key', keyOf('ed25519').padEnd(FILE_MAX_BYTES + 1, '\n'));
    const seen = await page();
    assert.deepEqual(
      seen?.denied.map(({ what }) => what),
      ['/data/key'],
    );
  });
});
