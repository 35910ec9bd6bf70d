import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { isMunimentError } from '../kernel/index.ts';
import { parseCsr } from './csr.ts';
import { bitString, contextTag, integer, sequence, set, tlv } from './der.ts';
import { OID } from './oids.ts';
import { encodePem } from './pem.ts';

const invalid = (error: unknown): boolean => isMunimentError(error) && error.code === 'invalid_csr';

interface Parts {
  version?: number;
  spki?: Uint8Array;
  algorithm?: Uint8Array;
  attributes?: Uint8Array;
  extra?: Uint8Array[];
}

/** A request over the given parts, signed by `key` whatever they say. */
function csrOf(key: KeyObject, parts: Parts = {}, hash: string | null = 'sha256'): Buffer {
  const spki = parts.spki ?? createPublicKey(key).export({ format: 'der', type: 'spki' });
  const info = sequence(
    integer(parts.version ?? 0),
    sequence(),
    spki,
    parts.attributes ?? tlv(contextTag(0, true)),
    ...(parts.extra ?? []),
  );
  return sequence(info, parts.algorithm ?? sequence(OID.ecdsaSha256), bitString(sign(hash, info, key)));
}

const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;
const rsa = (modulusLength: number, publicExponent = 65537): KeyObject =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey;
const p256 = ec('P-256');
const good = csrOf(p256);
const rsaAlgorithm = sequence(OID.rsaSha256, Buffer.from([5, 0]));
const edAlgorithm = sequence(OID.ed25519);
const ed25519 = generateKeyPairSync('ed25519').privateKey;

test('the four kinds of keys that we certify pass', () => {
  const cases: Array<[Buffer, string]> = [
    [good, 'P-256'],
    [csrOf(ec('P-384'), { algorithm: sequence(OID.ecdsaSha384) }, 'sha384'), 'P-384'],
    [csrOf(ed25519, { algorithm: edAlgorithm }, null), 'Ed25519'],
    [csrOf(rsa(2048), { algorithm: rsaAlgorithm }), 'RSA'],
  ];
  for (const [csr, algorithm] of cases) {
    assert.equal(parseCsr(csr).algorithm, algorithm);
    assert.deepEqual(parseCsr(encodePem(csr, 'CERTIFICATE REQUEST')), parseCsr(csr));
    assert.deepEqual(parseCsr(csr.toString('base64')), parseCsr(csr));
  }
});

for (const [name, options] of [
  ['P-256', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
  ['RSA', ['rsa:2048']],
  ['Ed25519', ['ed25519']],
] as const) {
  test(`a request made by openssl passes: ${name}`, () => {
    const args = [
      'req',
      '-new',
      '-newkey',
      ...options,
      '-nodes',
      '-keyout',
      '/dev/null',
      '-subj',
      '/CN=x',
      '-addext',
      'subjectAltName=DNS:x',
    ];
    assert.equal(
      parseCsr(execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })).algorithm,
      name,
    );
  });
}

const other = createPublicKey(ec('P-256')).export({ format: 'der', type: 'spki' });
const offCurve = Buffer.from(other);
offCurve[offCurve.length - 1] = (offCurve.at(-1) ?? 0) ^ 1;
const compressed = sequence(
  sequence(OID.ecPublicKey, OID.p256),
  bitString(Buffer.concat([Buffer.from([2]), Buffer.alloc(32, 7)])),
);

const HOSTILE: Array<[name: string, csr: () => string | Uint8Array]> = [
  ['curve secp256k1', () => csrOf(ec('secp256k1'))],
  ['curve P-521', () => csrOf(ec('P-521'))],
  ['RSA of 1024 bits', () => csrOf(rsa(1024), { algorithm: rsaAlgorithm })],
  ['RSA with exponent 3', () => csrOf(rsa(2048, 3), { algorithm: rsaAlgorithm })],
  ['a point off the curve', () => csrOf(p256, { spki: offCurve })],
  ['a compressed point', () => csrOf(p256, { spki: compressed })],
  ['the key of another', () => csrOf(p256, { spki: other })],
  ['a signature under another hash', () => csrOf(p256, {}, 'sha384')],
  ['a signature scheme of another key type', () => csrOf(p256, { algorithm: rsaAlgorithm })],
  ['ECDSA with parameters', () => csrOf(p256, { algorithm: sequence(OID.ecdsaSha256, Buffer.from([5, 0])) })],
  ['RSA without parameters', () => csrOf(rsa(2048), { algorithm: sequence(OID.rsaSha256) })],
  ['SHA-1', () => csrOf(p256, { algorithm: sequence(Buffer.from('06072a8648ce3d0401', 'hex')) }, 'sha1')],
  ['version 1', () => csrOf(p256, { version: 1 })],
  ['a fifth field', () => csrOf(p256, { extra: [integer(1)] })],
  ['attributes of another tag', () => csrOf(p256, { attributes: set() })],
  ['an extra byte', () => Buffer.concat([good, Buffer.from([0])])],
  ['a missing byte', () => good.subarray(0, -1)],
  ['over 16 KiB', () => csrOf(p256, { attributes: tlv(contextTag(0, true), tlv(4, Buffer.alloc(17000))) })],
  ['a certificate label', () => encodePem(good, 'CERTIFICATE')],
  ['two PEM blocks', () => encodePem(good, 'CERTIFICATE REQUEST').repeat(2)],
  ['text before the PEM block', () => `x\n${encodePem(good, 'CERTIFICATE REQUEST')}`],
  ['base64 with a stray character', () => encodePem(good, 'CERTIFICATE REQUEST').replace('M', 'M*')],
  ['base64 over several lines', () => good.toString('base64').replace('M', 'M\n')],
  ['an empty string', () => ''],
  ['a megabyte of dashes', () => '-'.repeat(1_000_000)],
];
for (const [name, csr] of HOSTILE)
  test(`refuses ${name}`, () => assert.throws(() => parseCsr(csr()), invalid));

test('no changed byte passes, and none crashes', () => {
  fc.assert(
    fc.property(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(good);
      changed[at] = (changed[at] ?? 0) ^ flip;
      assert.throws(() => parseCsr(changed), invalid);
    }),
  );
});
