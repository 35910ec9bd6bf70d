import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, utf8 } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { readZip, type ZipMember, zipBytes } from './zip.ts';

const name = fc.stringMatching(/^[a-z0-9_-][a-z0-9._-]{0,20}(\/[a-z0-9_-][a-z0-9._-]{0,20}){0,2}$/);
const members = fc.uniqueArray(
  fc.record({ name, bytes: fc.uint8Array({ maxLength: 300 }) }, { noNullPrototype: true }),
  {
    selector: (member: ZipMember) => member.name,
    maxLength: 8,
  },
);
const two: ZipMember[] = [
  { name: 'a/one.json', bytes: utf8('{}') },
  { name: 'two', bytes: utf8('second') },
];

test('what was written is read back, and one byte more or less is refused', () => {
  fc.assert(
    fc.property(members, (list) => {
      const bytes = zipBytes(list);
      assert.deepEqual(
        readZip(bytes).map((m) => ({ name: m.name, bytes: new Uint8Array(m.bytes) })),
        list,
      );
      assert.throws(() => readZip(concatBytes(bytes, Uint8Array.of(0))), { code: 'zip' });
      assert.throws(() => readZip(concatBytes(Uint8Array.of(0), bytes)), { code: 'zip' });
      assert.throws(() => readZip(bytes.slice(0, -1)), { code: 'zip' });
    }),
  );
});

test('every bit of an archive matters', () => {
  const bytes = zipBytes(two);
  const contents = (list: ZipMember[]) => list.map((m) => [m.name, ...m.bytes].join());
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
    assert.throws(() => contents(readZip(changed)), { code: 'zip' }, `bit ${bit}`);
  }
});

test('every truncation is refused', () => {
  const bytes = zipBytes(two);
  for (let length = 0; length < bytes.length; length++)
    assert.throws(() => readZip(bytes.subarray(0, length)), { code: 'zip' });
});

for (const bad of [
  '',
  '/etc/passwd',
  '../up',
  'a/../b',
  'a//b',
  'a/',
  './a',
  'C:\\x',
  'a\\b',
  'a b',
  'ü',
  '.hidden',
  'a/.b',
  'x'.repeat(201),
]) {
  test(`refused name: ${bad.slice(0, 20)}`, () => {
    assert.throws(() => zipBytes([{ name: bad, bytes: utf8('') }]), { code: 'zip' });
    if (bad === '' || bad.length > 200 || !/^[\x20-\x7e]*$/.test(bad)) return;
    const good = 'y'.repeat(bad.length);
    const forged = Buffer.from(zipBytes([{ name: good, bytes: utf8('') }])).toString('latin1');
    assert.throws(() => readZip(Buffer.from(forged.replaceAll(good, bad), 'latin1')), { code: 'zip' });
  });
}

test('a member twice is refused, by case alone too', () => {
  for (const second of ['a', 'A']) {
    const list = [
      { name: 'a', bytes: utf8('1') },
      { name: second, bytes: utf8('2') },
    ];
    assert.throws(() => zipBytes(list), { code: 'zip' });
    // Forged: written under another name of the same length, then renamed in both headers.
    const forged = Buffer.from(zipBytes([list[0] as ZipMember, { name: 'z', bytes: utf8('2') }])).toString(
      'latin1',
    );
    assert.throws(() => readZip(Buffer.from(forged.replaceAll('z', second), 'latin1')), { code: 'zip' });
  }
});

test('the known check value of CRC-32', () => assert.equal(crc32(utf8('123456789')), 0xcbf43926));

test('a zip tool that is not ours finds the archive sound', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-zip-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.zip'), zipBytes(two));
  try {
    execFileSync('python3', ['-c', 'pass']);
  } catch {
    t.skip('needs python3');
    return;
  }
  const script =
    'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(z.read("two").decode())';
  assert.equal(
    execFileSync('python3', ['-c', script, join(folder, 'a.zip')])
      .toString()
      .trim(),
    'second',
  );
});
