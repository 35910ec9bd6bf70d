import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import {
  decodeBundle,
  encodeBundle,
  FormatError,
  formatCheckpoint,
  formatNote,
  parseCheckpoint,
  parseNote,
  parseTilePath,
  parseVerifierKey,
  readZip,
  type VerifierKey,
  verifierKey,
  verifyNote,
  verifyPackage,
  type ZipMember,
  zipBytes,
} from '#verifier';
import { decodeBodies } from '../../../verifier/src/package/bundles.ts';
import { checkEnvelope, signManifest } from '../../../verifier/src/package/manifest.ts';
import { resign } from '../../../verifier/src/package/testing/fixture.ts';
import { keys, members, signer } from '../../../verifier/src/package/testing/hostile.ts';
import { mutate } from '../mutate.ts';
import type { Target } from '../target.ts';

const declares = (error: unknown): boolean => error instanceof FormatError;
const bytesOf = (input: Buffer): Uint8Array => new Uint8Array(input);

/** Runs `read` and hands on what it refuses, so that a second reader of the same bytes still gets its turn. */
function attempt(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!declares(error)) throw error;
  }
}

const KEY: VerifierKey = verifierKey(
  'example.test/log',
  new Uint8Array(
    generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32),
  ),
);

/** A signed checkpoint: what is read is written the same way again. */
const note: Target = {
  words: ['— ', '\n\n', '\n', '+', 'example.test/log', '— example.test/log '],
  open: () => ({
    declares,
    async feed(input) {
      attempt(() => void parseVerifierKey(input.toString()));
      const parsed = parseNote(bytesOf(input));
      assert.deepEqual(Buffer.from(formatNote(parsed)), input);
      await verifyNote(parsed, [KEY]);
      assert.equal(formatCheckpoint(parseCheckpoint(parsed.text)), parsed.text);
    },
  }),
};

const tile: Target = {
  words: ['tile/', 'entries/', 'x000/', '.p/', '000', '256'],
  open: () => ({
    declares,
    feed(input) {
      attempt(() => void parseTilePath(input.toString()));
      attempt(() => void decodeBodies(bytesOf(input)));
      assert.deepEqual(Buffer.from(encodeBundle(decodeBundle(bytesOf(input)))), input);
    },
  }),
};

const zip: Target = {
  words: ['PK\u0003\u0004', 'PK\u0001\u0002', 'PK\u0005\u0006', '../', 'a/b'],
  open: () => ({
    declares,
    seeds: [Buffer.from(zipBytes(members.slice(0, 2)))],
    feed: (input) => void readZip(bytesOf(input)),
  }),
};

function membersOf(bytes: Buffer): ZipMember[] {
  try {
    return readZip(bytesOf(bytes));
  } catch {
    return [];
  }
}

/** Changes a member and signs again, as whoever stole the log's key would. */
const forge: typeof mutate = (bytes, random, words) => {
  const list = membersOf(bytes);
  if (list.length === 0 || random.chance(10)) return mutate(bytes, random, words);
  const at = random.below(list.length);
  const changed = list.map((member, i) =>
    i === at ? { ...member, bytes: bytesOf(mutate(Buffer.from(member.bytes), random, words)) } : member,
  );
  try {
    return Buffer.from(zipBytes(random.chance(4) ? changed : resign(changed, signer)));
  } catch {
    return bytes;
  }
};

/** `verifyPackage` never throws: it reports. */
const evidence: Target = {
  mutate: forge,
  open: () => ({
    declares: () => false,
    seeds: [Buffer.from(zipBytes(members))],
    feed: async (input) =>
      assert.ok([0, 1].includes((await verifyPackage(bytesOf(input), { keys })).exitCode)),
  }),
};

const dsse: Target = {
  words: ['payloadType', 'signatures', 'keyid'],
  open: () => {
    const [manifest] = members;
    assert.ok(manifest);
    const key = verifierKey(signer.origin, signer.publicKey);
    return {
      declares,
      seeds: [Buffer.from(signManifest(manifest.bytes, signer))],
      feed: (input) => checkEnvelope(bytesOf(input), manifest.bytes, key),
    };
  },
};

export const PROOFS: Record<string, Target> = { note, tile, zip, package: evidence, dsse };
