import { bitString, enumerated, explicit, integer, sequence, time } from './der.ts';
import { OID } from './oids.ts';
import { SIGNATURE_ALGORITHMS } from './signer.ts';
import { authorityKeyIdentifier, extension, type Issuer } from './x509.ts';

/** RFC 5280, 5.3.1. `certificateHold` is not among them: unlocking never revives a credential. */
export const REVOCATION_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  privilegeWithdrawn: 9,
} as const;
export type RevocationReason = keyof typeof REVOCATION_REASONS;

export interface RevokedCertificate {
  serial: Uint8Array;
  revokedAt: Date;
  reason: RevocationReason;
}

export interface CrlContent {
  /** Never goes back; relying parties keep the higher one. */
  number: number;
  thisUpdate: Date;
  nextUpdate: Date;
  revoked: RevokedCertificate[];
}

const VERSION_2 = integer(1);

/** A complete v2 CRL of one issuer (RFC 5280, 5): DER. */
export async function issueCrl(content: CrlContent, issuer: Issuer): Promise<Uint8Array> {
  const signatureAlgorithm = SIGNATURE_ALGORITHMS[issuer.signer.algorithm];
  const tbs = sequence(
    VERSION_2,
    signatureAlgorithm,
    issuer.name,
    time(content.thisUpdate),
    time(content.nextUpdate),
    ...(content.revoked.length > 0 ? [sequence(...content.revoked.map(revokedEntry))] : []),
    explicit(0, sequence(authorityKeyIdentifier(issuer), crlNumber(content.number))),
  );
  return sequence(tbs, signatureAlgorithm, bitString(await issuer.signer.sign(tbs)));
}

const crlNumber = (number: number): Uint8Array => extension(OID.crlNumber, false, integer(number));

/** A reason of `unspecified` is left out (RFC 5280, 5.3.1). */
function revokedEntry({ serial, revokedAt, reason }: RevokedCertificate): Uint8Array {
  const code = enumerated(REVOCATION_REASONS[reason]);
  const extensions = reason === 'unspecified' ? [] : [sequence(extension(OID.reasonCode, false, code))];
  return sequence(integer(serial), time(revokedAt), ...extensions);
}
