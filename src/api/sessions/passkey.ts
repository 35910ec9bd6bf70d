import { createPublicKey } from 'node:crypto';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { cose, decodeCredentialPublicKey, isoCBOR } from '@simplewebauthn/server/helpers';
import type { JSONValue } from 'hono/utils/types';
import type { ApprovalKey } from '#verifier';
import { approvalKeyId, MunimentError } from '../../kernel/index.ts';

/** The relying party: who passkeys are bound to, and the pages that may use them. */
export interface RelyingParty {
  id: string;
  origins: string[];
}

const RP_NAME = 'Muniment';
const ALGORITHMS = [cose.COSEALG.ES256, cose.COSEALG.EdDSA];
const COORDINATE_BYTES = 32;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'base64url'));

/** For the browser's WebAuthn calls, as the library made them. */
export type BrowserOptions = { challenge: string; [key: string]: JSONValue };

const forBrowser = (options: { challenge: string }): BrowserOptions => ({ ...options });

export const registrationOptions = async (
  party: RelyingParty,
  name: string,
  challenge: string,
): Promise<BrowserOptions> =>
  forBrowser(
    await generateRegistrationOptions({
      rpName: RP_NAME,
      rpID: party.id,
      userName: name,
      challenge: bytesOf(challenge),
      attestationType: 'none',
      supportedAlgorithmIDs: ALGORITHMS,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    }),
  );

export const authenticationOptions = async (
  party: RelyingParty,
  challenge: string,
  allow?: string[],
): Promise<BrowserOptions> =>
  forBrowser(
    await generateAuthenticationOptions({
      rpID: party.id,
      challenge: bytesOf(challenge),
      userVerification: 'required',
      ...(allow === undefined ? {} : { allowCredentials: allow.map((id) => ({ id })) }),
    }),
  );

/** Reads a registration (WebAuthn Level 3, section 7.1) and gives the key that a Person may carry. */
export async function readRegistration(
  party: RelyingParty,
  response: unknown,
  isOurs: (challenge: string) => boolean,
): Promise<ApprovalKey> {
  const verified = await verifyRegistrationResponse({
    response: response as Parameters<typeof verifyRegistrationResponse>[0]['response'],
    expectedChallenge: isOurs,
    expectedOrigin: party.origins,
    expectedRPID: party.id,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch((cause: unknown) => refuse('the passkey registration is not valid', cause));
  if (!verified.verified) return refuse('the passkey registration is not valid');
  const { id, publicKey } = verified.registrationInfo.credential;
  const spki = spkiOf(publicKey);
  return {
    id: approvalKeyId(spki),
    type: 'passkey',
    publicKey: spki,
    credentialId: id,
    rpId: party.id,
  };
}

/** Checks an assertion (WebAuthn Level 3, section 7.2) by a key that a Person carries. */
export async function verifyAssertion(
  party: RelyingParty,
  key: ApprovalKey,
  response: unknown,
  isOurs: (challenge: string) => boolean,
): Promise<boolean> {
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: response as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      expectedChallenge: isOurs,
      expectedOrigin: party.origins,
      expectedRPID: party.id,
      credential: { id: key.credentialId ?? '', publicKey: coseOf(key.publicKey), counter: 0 },
    });
    return verified;
  } catch {
    return false;
  }
}

function refuse(message: string, cause?: unknown): never {
  throw new MunimentError('invalid_key', message, { cause });
}

/** COSE_Key (RFC 9052, section 7) to SubjectPublicKeyInfo, DER, base64url. */
function spkiOf(coseKey: Uint8Array<ArrayBuffer>): string {
  const key = decodeCredentialPublicKey(coseKey);
  const part = (label: number) =>
    Buffer.from((key as unknown as Map<number, Uint8Array>).get(label) ?? []).toString('base64url');
  const jwk = cose.isCOSEPublicKeyEC2(key)
    ? { kty: 'EC', crv: 'P-256', x: part(cose.COSEKEYS.x), y: part(cose.COSEKEYS.y) }
    : { kty: 'OKP', crv: 'Ed25519', x: part(cose.COSEKEYS.x) };
  return createPublicKey({ key: jwk, format: 'jwk' })
    .export({ format: 'der', type: 'spki' })
    .toString('base64url');
}

/** SubjectPublicKeyInfo to COSE_Key. */
function coseOf(spki: string): Uint8Array<ArrayBuffer> {
  const jwk = createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' }).export({
    format: 'jwk',
  });
  const coordinate = (text: string | undefined) => {
    const bytes = bytesOf(text ?? '');
    if (bytes.length !== COORDINATE_BYTES) return refuse('a passkey must be P-256 or Ed25519');
    return bytes;
  };
  const { COSEKEYS, COSEKTY, COSEALG, COSECRV } = cose;
  const map = new Map<number, number | Uint8Array<ArrayBuffer>>(
    jwk.kty === 'EC'
      ? [
          [COSEKEYS.kty, COSEKTY.EC2],
          [COSEKEYS.alg, COSEALG.ES256],
          [COSEKEYS.crv, COSECRV.P256],
          [COSEKEYS.x, coordinate(jwk.x)],
          [COSEKEYS.y, coordinate(jwk.y)],
        ]
      : [
          [COSEKEYS.kty, COSEKTY.OKP],
          [COSEKEYS.alg, COSEALG.EdDSA],
          [COSEKEYS.crv, COSECRV.ED25519],
          [COSEKEYS.x, coordinate(jwk.x)],
        ],
  );
  return isoCBOR.encode(map);
}
