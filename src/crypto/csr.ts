import { verify } from 'node:crypto';
import { isMunimentError, MunimentError } from '../kernel/index.ts';
import { childrenOf, contextTag, type Der, readBitString, readDer, readInteger, TAG } from './der.ts';
import { OID } from './oids.ts';
import { decodeText } from './pem.ts';
import { algorithmOf, type KeyAlgorithm, keyHashOf, publicKeyOf } from './spki.ts';

const CSR_MAX_BYTES = 16 * 1024;

export interface CertificateRequest {
  /** SubjectPublicKeyInfo, DER. */
  spki: Uint8Array;
  /** SHA-256 of the SPKI, hex. */
  keyHash: string;
  algorithm: KeyAlgorithm;
}

const HASHES = new Map([
  [OID.ecdsaSha256, 'sha256'],
  [OID.ecdsaSha384, 'sha384'],
  [OID.ecdsaSha512, 'sha512'],
]);
const RSA_HASHES = new Map([
  [OID.rsaSha256, 'sha256'],
  [OID.rsaSha384, 'sha384'],
  [OID.rsaSha512, 'sha512'],
]);

/**
 * Reads a PKCS #10 request (RFC 2986), PEM, base64 or DER, and checks that its sender holds the key. Subject and attributes are
 * read past: they are claims, and what is certified comes from the decision. Throws `invalid_csr`.
 */
export function parseCsr(input: string | Uint8Array): CertificateRequest {
  try {
    return readRequest(typeof input === 'string' ? decodeText(input, 'CERTIFICATE REQUEST') : input);
  } catch (cause) {
    if (!isMunimentError(cause)) throw cause;
    throw new MunimentError('invalid_csr', `certificate request is not valid: ${cause.message}`, { cause });
  }
}

function readRequest(der: Uint8Array): CertificateRequest {
  if (der.length > CSR_MAX_BYTES) refuse('it is longer than 16 KiB');
  const [info, algorithm, signature] = childrenOf(readDer(der), TAG.sequence, 3) as [Der, Der, Der];
  const [version, subject, spki, attributes] = childrenOf(info, TAG.sequence, 4) as [Der, Der, Der, Der];
  if (readInteger(version).some((byte) => byte !== 0)) refuse('version must be 0');
  childrenOf(subject, TAG.sequence);
  childrenOf(attributes, contextTag(0, true));
  const request = { spki: spki.raw, keyHash: keyHashOf(spki.raw), algorithm: algorithmOf(spki) };
  checkPossession(request, info.raw, algorithm, readBitString(signature));
  return request;
}

function checkPossession(
  { spki, keyHash, algorithm }: CertificateRequest,
  signed: Uint8Array,
  signatureAlgorithm: Der,
  signature: Uint8Array,
): void {
  const hash = hashFor(algorithm, signatureAlgorithm);
  const holds = verify(hash, signed, publicKeyOf(spki, keyHash), signature);
  if (!holds) refuse('signature does not match the public key');
}

/** INVARIANT: the hash follows from the key's own algorithm; a request cannot pair a key with another scheme. */
function hashFor(algorithm: KeyAlgorithm, signatureAlgorithm: Der): string | null {
  const [id, parameters, ...more] = childrenOf(signatureAlgorithm, TAG.sequence);
  if (more.length > 0) refuse('signature algorithm has too many parameters');
  const isRsa = algorithm === 'RSA';
  if (isRsa ? parameters?.tag !== TAG.null : parameters !== undefined)
    refuse('signature parameters are not allowed');
  const candidates = algorithm === 'Ed25519' ? new Map([[OID.ed25519, null]]) : isRsa ? RSA_HASHES : HASHES;
  for (const [oid, hash] of candidates) if (id && Buffer.compare(id.raw, oid) === 0) return hash;
  return refuse('signature algorithm does not fit the public key');
}

const refuse = (why: string): never => {
  throw new MunimentError('invalid_csr', why);
};
