import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { cose, isoCBOR } from '@simplewebauthn/server/helpers';

/** A passkey in software, for tests: what a browser and its authenticator would send. */
export interface Authenticator {
  credentialId: string;
  register(challenge: string, origin: string): object;
  assert(challenge: string, origin: string): { id: string } & Record<string, unknown>;
}

const USER_PRESENT_AND_VERIFIED = 0x05;
const HAS_CREDENTIAL = 0x40;
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

export function createAuthenticator(rpId: string): Authenticator {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(16);
  const credentialId = base64url(id);
  const rpIdHash = createHash('sha256').update(rpId).digest();
  const data = (flags: number, ...rest: Uint8Array[]) =>
    Buffer.concat([rpIdHash, Buffer.from([flags, 0, 0, 0, 0]), ...rest]);
  const client = (type: string, challenge: string, origin: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const shared = { id: credentialId, rawId: credentialId, type: 'public-key', clientExtensionResults: {} };
  return {
    credentialId,
    register(challenge, origin) {
      const { x, y } = publicKey.export({ format: 'jwk' });
      const key = isoCBOR.encode(
        new Map<number, number | Uint8Array<ArrayBuffer>>([
          [cose.COSEKEYS.kty, cose.COSEKTY.EC2],
          [cose.COSEKEYS.alg, cose.COSEALG.ES256],
          [cose.COSEKEYS.crv, cose.COSECRV.P256],
          [cose.COSEKEYS.x, new Uint8Array(Buffer.from(x ?? '', 'base64url'))],
          [cose.COSEKEYS.y, new Uint8Array(Buffer.from(y ?? '', 'base64url'))],
        ]),
      );
      const credential = [Buffer.alloc(16), Buffer.from([0, id.length]), id, key];
      const authData = new Uint8Array(data(USER_PRESENT_AND_VERIFIED | HAS_CREDENTIAL, ...credential));
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]);
      const response = {
        clientDataJSON: base64url(client('webauthn.create', challenge, origin)),
        attestationObject: base64url(isoCBOR.encode(attestation as never)),
      };
      return { ...shared, response };
    },
    assert(challenge, origin) {
      const clientData = client('webauthn.get', challenge, origin);
      const authenticatorData = data(USER_PRESENT_AND_VERIFIED);
      const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
      const response = {
        clientDataJSON: base64url(clientData),
        authenticatorData: base64url(authenticatorData),
        signature: base64url(sign('sha256', signed, privateKey)),
      };
      return { ...shared, response };
    },
  };
}
