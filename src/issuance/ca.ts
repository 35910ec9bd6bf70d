import type { JWK } from 'jose';
import type { Issuer, LocalSigner } from '../crypto/index.ts';

/** `workload` signs X509-SVIDs; `control` signs agents and our own servers, so that a TLS server can ask for
 * agents by CA name. Whether a certificate is an agent's is for `attestCertificate` to say, not for TLS. */
export const PURPOSES = ['workload', 'control'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** One CA certificate with its key. */
export interface IssuingCa {
  /** `root`, `workload-1`, `control-2`: names its CRL. */
  name: string;
  issuer: Issuer;
  /** DER. */
  certificate: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  /** Where its CRL is served, when an address of its own is configured. */
  crlUrl: string | undefined;
}

export interface Authority {
  readonly trustDomain: string;
  /** `iss` of JWTs; absent unless configured. */
  readonly issuerUrl: string | undefined;
  root(): IssuingCa;
  /** The CA of this purpose that signs now. */
  issuing(purpose: Purpose): Promise<IssuingCa>;
  /** Every CA whose certificate is published: the root, and of each purpose the one before, the present and the next. */
  published(): Promise<IssuingCa[]>;
  /** The published CAs of one purpose. */
  publishedFor(purpose: Purpose): Promise<IssuingCa[]>;
  jwtSigner(): Promise<LocalSigner>;
  /** Keys whose tokens may be live, and the next one; `sequence` rises with every change. */
  jwtKeys(): Promise<{ signers: LocalSigner[]; sequence: number }>;
  /** A TLS server certificate from the control CA over a key made in this process. */
  serverIdentity(names: string[]): Promise<ServerIdentity>;
}

/** SPIFFE_Trust_Domain_and_Bundle.md, 4. */
export interface SpiffeBundle {
  keys: JWK[];
  spiffe_sequence: number;
  spiffe_refresh_hint: number;
}

/** What a TLS server needs, PEM. The key lives in the process that asked and is new at every start. */
export interface ServerIdentity {
  key: string;
  /** Leaf, then the CA that signed it. */
  cert: string;
  notAfter: Date;
}
