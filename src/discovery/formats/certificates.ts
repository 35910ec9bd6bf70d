import { createHash, type KeyObject, type X509Certificate } from 'node:crypto';

/** What may be known of a public key. */
export interface SpkiFacts {
  /** SHA-256 over the SubjectPublicKeyInfo, hex. */
  spki: string;
  /** As Node calls it, e.g. `rsa`, `ec`, `ed25519`. */
  keyType: string;
  /** Size of an RSA modulus; null for others. */
  bits: number | null;
  curve: string | null;
}

export function factsOfPublicKey(key: KeyObject): SpkiFacts {
  return {
    spki: createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('hex'),
    keyType: key.asymmetricKeyType ?? 'unknown',
    bits: key.asymmetricKeyDetails?.modulusLength ?? null,
    curve: key.asymmetricKeyDetails?.namedCurve ?? null,
  };
}

export interface CertificateFacts extends SpkiFacts {
  subject: string;
  issuer: string;
  /** Alternative names of machines, e.g. `DNS:db.example`. */
  names: string[];
  /** Alternative names of persons: addresses of mail. */
  people: string[];
  serial: string;
  /** SHA-256 over the whole certificate, hex. */
  sha256: string;
  notBefore: string;
  notAfter: string;
  /** Whether it may issue others. */
  authority: boolean;
}

const MAIL = /^emailAddress=/i;

const partsOf = (name: string | undefined): string[] =>
  (name ?? '').split('\n').filter((part) => part !== '');

/** A name on one line, without addresses of mail: those name persons. */
const oneLine = (name: string | undefined): string =>
  partsOf(name)
    .filter((part) => !MAIL.test(part))
    .join(', ');

/** @throws Error for a certificate whose key or dates cannot be read */
export function factsOfCertificate(certificate: X509Certificate): CertificateFacts {
  const names = (certificate.subjectAltName ?? '').split(', ').filter((name) => name !== '');
  return {
    ...factsOfPublicKey(certificate.publicKey),
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: names.filter((name) => !name.startsWith('email:')),
    people: [
      ...names.filter((name) => name.startsWith('email:')),
      ...partsOf(certificate.subject).filter((part) => MAIL.test(part)),
    ],
    serial: certificate.serialNumber,
    sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
    authority: certificate.ca,
  };
}
