/** What a holder of the package could try, who has not the log's key. Each must be refused, and named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromUtf8, utf8 } from '../bytes.ts';
import { canonicalBytes } from '../canonical.ts';
import { type ZipMember, zipBytes } from '../zip.ts';
import { packageMembers } from './build.ts';
import { checkpointOf, contentsOf, newSigner, resign, smallLog } from './testing/fixture.ts';
import { assertRefused, keys, log, members, position, signer, without } from './testing/hostile.ts';
import { verifyPackage } from './verify.ts';

for (const { name } of members.slice(2)) {
  test(`an edited \`${name}\` is not the file that was signed`, async () => {
    const edited = members.map((member) =>
      member.name === name ? { name, bytes: new Uint8Array([...member.bytes, 0x20]) } : member,
    );
    await assertRefused(edited, 'files', name);
  });
}

test('dropped, added, renamed and reordered members', async () => {
  await assertRefused(without('closing.json'), 'files', 'closing.json: member is missing');
  await assertRefused(
    [...members, { name: 'more', bytes: utf8('') }],
    'files',
    'more: member does not belong here',
  );
  const csv = position('populations/people.csv');
  await assertRefused(
    [...members.slice(0, csv), ...members.slice(csv + 1), members[csv] as ZipMember],
    'files',
    '',
  );
  await assertRefused(
    [members[1] as ZipMember, members[0] as ZipMember, ...members.slice(2)],
    'manifest',
    '',
  );
  await assertRefused(members.slice(1), 'manifest', '');
});

test('a duplicate member, a truncated archive, bytes after its end', async () => {
  const bytes = zipBytes(members);
  const twice = Buffer.from(zipBytes([...members, { name: 'opening.jsoX', bytes: utf8('{}') }])).toString(
    'latin1',
  );
  for (const bad of [
    Buffer.from(twice.replaceAll('opening.jsoX', 'opening.json'), 'latin1'),
    bytes.subarray(0, bytes.length - 1),
    bytes.subarray(0, 1000),
    new Uint8Array([...bytes, 0]),
  ]) {
    const report = await verifyPackage(bad, { keys });
    assert.equal(report.exitCode, 1);
    assert.equal(report.problems[0]?.check, 'archive');
  }
});

test('a forged key: the whole package signed by another, under the same name', async () => {
  const forger = newSigner();
  const forged = await packageMembers(contentsOf(smallLog(), forger), forger);
  await assertRefused(forged, 'key', '');
  await assertRefused(forged, 'since', '', { since: checkpointOf(log, signer, 12) });
  // The manifest alone signed anew, still naming the log's key.
  await assertRefused(
    [members[0] as ZipMember, resign(members, forger)[1] as ZipMember, ...members.slice(2)],
    'manifest',
    '',
  );
});

test('an envelope of another payload type, with a second signature, or over another manifest', async () => {
  const envelope = fromUtf8((members[1] as ZipMember).bytes);
  const { signatures } = JSON.parse(envelope);
  for (const changed of [
    { ...JSON.parse(envelope), payloadType: 'application/vnd.in-toto+json' },
    { ...JSON.parse(envelope), signatures: [...signatures, ...signatures] },
    { ...JSON.parse(envelope), signatures: [] },
    { ...JSON.parse(envelope), payload: btoa('{}') },
    { ...JSON.parse(envelope), signatures: [{ ...signatures[0], keyid: 'another' }] },
    { ...JSON.parse(envelope), note: 1 },
  ]) {
    await assertRefused(
      members.with(1, { name: 'manifest.dsse.json', bytes: canonicalBytes(changed) }),
      'manifest',
      '',
    );
  }
});
