import { isIP } from 'node:net';
import { MunimentError } from '../kernel/index.ts';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts';
import { OID } from './oids.ts';
import { SIGNATURE_ALGORITHMS, type Signer } from './signer.ts';
import { keyIdentifierOf } from './spki.ts';

/** Who signs: its name and key identifier go into what it issues. */
export interface Issuer {
  /** Name, DER. */
  name: Uint8Array;
  keyIdentifier: Uint8Array;
  signer: Signer;
}

interface Common {
  /** Big-endian octets, at most 20. */
  serial: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  spki: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  /** Where the CRL is served; certificates carry it only when given. */
  crlUrl?: string;
}

/** The certificates that we make, one profile each; nothing else can be issued. */
export type CertificateProfile = Common &
  (
    | { profile: 'root-ca' | 'intermediate-ca'; commonName: string; trustDomainUri: string }
    /** X509-SVID.md: exactly one URI SAN, critical because the subject is empty. */
    | { profile: 'svid'; spiffeId: string }
    | { profile: 'server'; dnsNames: string[]; ipAddresses: string[] }
  );

const KEY_USAGE = {
  digitalSignature: bitString(Buffer.from([0x80]), 7),
  ca: bitString(Buffer.from([0x06]), 1),
};
const SAN = { dns: 2, uri: 6, ip: 7 } as const;
const VERSION_3 = explicit(0, integer(2));

/** A Name of one CN. */
export const nameOf = (commonName: string): Uint8Array =>
  sequence(set(sequence(OID.commonName, utf8String(commonName))));

/** The issuer that a key and a common name make. */
export const issuerOf = (commonName: string, signer: Signer): Issuer => ({
  name: nameOf(commonName),
  keyIdentifier: keyIdentifierOf(signer.publicKey),
  signer,
});

/** Issues an X.509 v3 certificate (RFC 5280, 4.1): DER. The caller has recorded the entry that the serial names. */
export async function issueCertificate(request: CertificateProfile, issuer: Issuer): Promise<Uint8Array> {
  const signatureAlgorithm = SIGNATURE_ALGORITHMS[issuer.signer.algorithm];
  const tbs = sequence(
    VERSION_3,
    integer(request.serial),
    signatureAlgorithm,
    issuer.name,
    sequence(time(request.notBefore), time(request.notAfter)),
    'commonName' in request ? nameOf(request.commonName) : sequence(),
    request.spki,
    explicit(3, sequence(...extensionsOf(request, issuer))),
  );
  return sequence(tbs, signatureAlgorithm, bitString(await issuer.signer.sign(tbs)));
}

/** One Extension (RFC 5280, 4.2). */
export const extension = (id: Uint8Array, critical: boolean, value: Uint8Array): Uint8Array =>
  critical ? sequence(id, boolean(true), octetString(value)) : sequence(id, octetString(value));

export const authorityKeyIdentifier = ({ keyIdentifier }: Issuer): Uint8Array =>
  extension(OID.authorityKeyIdentifier, false, sequence(implicit(0, keyIdentifier)));

function extensionsOf(request: CertificateProfile, issuer: Issuer): Uint8Array[] {
  return [
    ...usageOf(request),
    extension(OID.subjectKeyIdentifier, false, octetString(keyIdentifierOf(request.spki))),
    authorityKeyIdentifier(issuer),
    alternativeNames(request),
    ...distributionPoint(request.crlUrl),
  ];
}

function usageOf(request: CertificateProfile): Uint8Array[] {
  const isCa = request.profile === 'root-ca' || request.profile === 'intermediate-ca';
  const constraints = extension(OID.basicConstraints, true, constraintsOf(request.profile));
  const usage = extension(OID.keyUsage, true, isCa ? KEY_USAGE.ca : KEY_USAGE.digitalSignature);
  if (isCa) return [constraints, usage];
  const purposes = request.profile === 'server' ? [OID.serverAuth] : [OID.serverAuth, OID.clientAuth];
  return [constraints, usage, extension(OID.extendedKeyUsage, false, sequence(...purposes))];
}

/** `cA` is false by default, and DER leaves a default out; an intermediate signs leaves only. */
function constraintsOf(profile: CertificateProfile['profile']): Uint8Array {
  if (profile === 'root-ca') return sequence(boolean(true));
  if (profile === 'intermediate-ca') return sequence(boolean(true), integer(0));
  return sequence();
}

function alternativeNames(request: CertificateProfile): Uint8Array {
  switch (request.profile) {
    case 'root-ca':
    case 'intermediate-ca':
      return subjectAltName(false, [implicit(SAN.uri, ascii(request.trustDomainUri))]);
    case 'svid':
      return subjectAltName(true, [implicit(SAN.uri, ascii(request.spiffeId))]);
    case 'server':
      return subjectAltName(true, [
        ...request.dnsNames.map((name) => implicit(SAN.dns, ascii(name))),
        ...request.ipAddresses.map((address) => implicit(SAN.ip, addressBytes(address))),
      ]);
  }
}

const subjectAltName = (critical: boolean, names: Uint8Array[]): Uint8Array =>
  extension(OID.subjectAltName, critical, sequence(...names));

/** IA5String: anything else would be read as another name. */
function ascii(text: string): Uint8Array {
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new MunimentError('internal', 'a name in a certificate must be ASCII');
  return Buffer.from(text, 'latin1');
}

function addressBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  if (isIP(address) !== 6) throw new MunimentError('internal', `not an IP address: \`${address}\``);
  const [head = '', tail] = address.split('::');
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const words = [...left, ...Array<number>(zeros).fill(0), ...right];
  return Buffer.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

const groups = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));

/** CRLDistributionPoints with one full name (RFC 5280, 4.2.1.13). */
function distributionPoint(url: string | undefined): Uint8Array[] {
  if (url === undefined) return [];
  const fullName = explicit(0, explicit(0, implicit(SAN.uri, ascii(url))));
  return [extension(OID.crlDistributionPoints, false, sequence(sequence(fullName)))];
}
