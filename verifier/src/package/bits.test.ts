/** Every single bit of a small package, flipped: first as it lies in the archive, then behind a checksum that was mended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readZip, type ZipMember, zipBytes } from '../zip.ts';
import { packageMembers } from './build.ts';
import { checkManifest, wrongFiles } from './check-manifest.ts';
import { contentsOf, newSigner, resign, smallLog, vkey } from './testing/fixture.ts';
import { verifyMembers, verifyPackage } from './verify.ts';

const signer = newSigner();
const members = await packageMembers(contentsOf(smallLog(), signer), signer);
const keys = [vkey(signer)];
const isComputed = ({ name }: ZipMember) => /^(populations|tests)\//.test(name);
/** Without what is computed anyway: small enough to try every bit. */
const small = resign(
  members.filter((member) => !isComputed(member)),
  signer,
);

/** Flips each bit in place, one at a time, and collects those that `look` lets pass. Traces are left out: they cost the most. */
async function bitsThatPass(bytes: Uint8Array, look: () => unknown): Promise<number[]> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const passed: number[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const at = bit >> 3;
    bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7));
    try {
      await look();
      passed.push(bit);
    } catch {
      // Refused, as it should be.
    }
    bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7));
  }
  Error.stackTraceLimit = limit;
  return passed;
}

test('the small package is refused for nothing but what was left out', async () => {
  const { problems } = await verifyMembers(small, { keys });
  assert.ok(
    problems.length > 0 &&
      problems.every(({ check, message }) => check === 'computed' && message === 'is missing'),
  );
});

test('every bit of every member, as it lies in an archive, is refused', async () => {
  // A member's headers and bytes are judged without the others, so each has an archive of its own.
  for (const member of small) {
    const bytes = zipBytes([member]);
    readZip(bytes);
    assert.deepEqual(await bitsThatPass(bytes, () => readZip(bytes)), [], member.name);
  }
});

test('every byte of a whole archive’s directory, in one bit or another, is refused', async () => {
  const bytes = zipBytes(small);
  const data = small.reduce((sum, member) => sum + 30 + member.name.length + member.bytes.length, 0);
  for (let at = data; at < bytes.length; at++) {
    const changed = bytes.with(at, (bytes[at] as number) ^ (1 << (at & 7)));
    assert.throws(() => readZip(changed), { code: 'zip' }, `byte ${at}`);
  }
  assert.equal((await verifyPackage(zipBytes(members), { keys })).outcome, 'HOLDS');
});

test('every bit of the manifest and of its envelope, whatever the checksum says, is refused', async () => {
  const list = small.map(({ name, bytes }) => ({ name, bytes: bytes.slice() }));
  await checkManifest(list);
  for (const { name, bytes } of list.slice(0, 2)) {
    assert.deepEqual(await bitsThatPass(bytes, () => checkManifest(list)), [], name);
  }
});

test('every bit of every other member, whatever the checksum says, is refused', async () => {
  const { value: manifest } = await checkManifest(small);
  for (const { name, bytes } of small.slice(2)) {
    const one = { ...manifest, files: manifest.files.filter((file) => file.name === name) };
    const changed = bytes.slice();
    const check = () => {
      if (wrongFiles(one, [{ name, bytes: changed }]).length > 0) throw new Error('refused');
    };
    check();
    assert.deepEqual(await bitsThatPass(changed, check), [], name);
  }
});

test('a bit of every computed member, whatever the checksum says, is refused by name', async () => {
  for (const [position, member] of members.entries()) {
    if (!isComputed(member)) continue;
    const at = member.bytes.length >> 1;
    const bytes = member.bytes.with(at, (member.bytes[at] as number) ^ 1);
    const report = await verifyMembers(members.with(position, { name: member.name, bytes }), { keys });
    assert.deepEqual(
      report.problems.map(({ where }) => where),
      [member.name],
    );
  }
});
