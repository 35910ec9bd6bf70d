import { hash, X509Certificate } from 'node:crypto';
import type { Rows } from '#verifier';
import { keyHashOf, parseSerial, publicKeyOf } from '../crypto/index.ts';
import { MunimentError, timestamp } from '../kernel/index.ts';
import type { Log } from '../store/index.ts';
import type { AgentAttestation } from './model.ts';

const CERTIFICATE_MAX_BYTES = 16 * 1024;

const refuse = (detail: string): never => {
  throw new MunimentError('attestation_refused', 'agent certificate is not valid', { detail });
};

export interface CertificateSources {
  log: Pick<Log, 'row' | 'entry'>;
  /** SPKIs of the keys that sign agents' certificates. */
  issuerKeys(): Promise<Uint8Array[]>;
}

/** Certificates that were checked, by SHA-256 of their bytes, for each log: what was granted never changes. */
const checked = new WeakMap<CertificateSources['log'], Map<string, AgentAttestation>>();
const CHECKED_MAX = 4096;

/**
 * Checks an agent's certificate (DER), whatever TLS thought of it: one of our keys signed it, it names an entry whose
 * grant it is, key by key, and it has not ended. Locks are for the decision. Throws `attestation_refused`.
 */
export async function attestCertificate(
  sources: CertificateSources,
  der: Uint8Array,
  now: Date,
): Promise<AgentAttestation> {
  const known = knownTo(sources.log);
  const fingerprint = hash('sha256', der);
  const attestation = known.get(fingerprint) ?? (await lookUp(sources, read(der)));
  if (attestation.credential.credential.notAfter <= timestamp(now)) refuse('certificate has ended');
  if (known.size >= CHECKED_MAX) known.delete(known.keys().next().value ?? '');
  known.set(fingerprint, attestation);
  return attestation;
}

function knownTo(log: CertificateSources['log']): Map<string, AgentAttestation> {
  const known = checked.get(log) ?? new Map<string, AgentAttestation>();
  checked.set(log, known);
  return known;
}

async function lookUp(sources: CertificateSources, certificate: X509Certificate): Promise<AgentAttestation> {
  const keys = await sources.issuerKeys();
  if (!keys.some((key) => certificate.verify(publicKeyOf(key)))) refuse('signed by another key');
  const credential = await grantOf(sources.log, certificate);
  if (credential.credential.type !== 'agent-x509') refuse('not an agent certificate');
  const agent = await sources.log.row('agent', credential.request.agent ?? '');
  if (agent === undefined) return refuse('agent is unknown');
  const facts = { agent: agent.name, entry: credential.entry, keyHash: credential.credential.keyHash };
  const { trust } = credential.request;
  return { method: 'certificate', facts, ...(trust === null ? {} : { trust }), agent, credential };
}

function read(der: Uint8Array): X509Certificate {
  if (der.length > CERTIFICATE_MAX_BYTES) return refuse('too long');
  try {
    return new X509Certificate(der);
  } catch {
    return refuse('not a certificate');
  }
}

/** INVARIANT: index, leaf hash and key all agree, or the certificate is not the one that was granted. */
async function grantOf(
  log: CertificateSources['log'],
  certificate: X509Certificate,
): Promise<Rows['credential']> {
  const named = parseSerial(certificate.serialNumber);
  if (named === undefined) return refuse('serial names no entry');
  const [row, entry] = await Promise.all([
    log.row('credential', String(named.index)),
    log.entry(named.index),
  ]);
  if (row === undefined || entry === undefined) return refuse('entry is no grant');
  const leafHash = Buffer.from(entry.leafHash).toString('hex');
  if (!leafHash.startsWith(named.leafHash)) refuse('serial and entry differ');
  const spki = certificate.publicKey.export({ format: 'der', type: 'spki' });
  if (keyHashOf(spki) !== row.credential.keyHash) refuse('key and entry differ');
  return row;
}
