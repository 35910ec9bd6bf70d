/** Forged variants of a token of ours, each with one defect, for every library that reads our tokens to refuse. */
import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';

/** A token that holds, and the means of whoever forges: even the true key, where the defect lies in what it signed. */
export interface Genuine {
  token: string;
  /** The public key that verifies it, as our JWK set has it. */
  jwk: JsonWebKey;
  /** Key id of another key of the set; it did not sign the token. */
  otherKid: string;
  /** Signs with the true key: ECDSA with SHA-256, DER. */
  sign(input: Uint8Array): Promise<Uint8Array>;
}

export interface Forgery {
  name: string;
  make(genuine: Genuine): Promise<string> | string;
}

type Fields = Record<string, unknown>;

const HOUR_SECONDS = 3600;
const P256_FIELD_BYTES = 32;
const DER_INTEGER = 0x02;

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string): Fields => JSON.parse(Buffer.from(part, 'base64url').toString());

function partsOf({ token }: Genuine) {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return { header, payload, signature };
}

/** `r ‖ s` of an ECDSA-Sig-Value, each 32 bytes. */
function rawOf(der: Uint8Array): Buffer {
  const raw = Buffer.alloc(2 * P256_FIELD_BYTES);
  let at = 2;
  for (const end of [P256_FIELD_BYTES, 2 * P256_FIELD_BYTES]) {
    if (der[at] !== DER_INTEGER) throw new Error('no ECDSA signature in DER');
    const length = der[at + 1] ?? 0;
    const value = Buffer.from(der.subarray(at + 2, at + 2 + length)).subarray(-P256_FIELD_BYTES);
    raw.set(value, end - value.length);
    at += 2 + length;
  }
  return raw;
}

const signed = async (genuine: Genuine, input: string): Promise<string> =>
  `${input}.${rawOf(await genuine.sign(Buffer.from(input))).toString('base64url')}`;

/** Signed by the true key, with some claims otherwise; one that is undefined is left out. */
const withClaims = (claims: (now: number) => Fields) => (genuine: Genuine) => {
  const { header, payload } = partsOf(genuine);
  return signed(genuine, `${header}.${encode({ ...decode(payload), ...claims(nowSeconds()) })}`);
};

/** Signed by the true key, with a header that is otherwise. */
const withHeader = (fields: (genuine: Genuine) => Fields) => (genuine: Genuine) => {
  const { header, payload } = partsOf(genuine);
  return signed(genuine, `${encode({ ...decode(header), ...fields(genuine) })}.${payload}`);
};

/** Not signed anew: the signature is the genuine one, or what is made of it. */
const edited = (edit: (parts: ReturnType<typeof partsOf>) => string) => (genuine: Genuine) =>
  edit(partsOf(genuine));

/** What a reader takes for a secret when a header names HMAC and it hands over its public key (RFC 8725, 2.1). */
function hmacByPublicKey(genuine: Genuine): string {
  const { header, payload } = partsOf(genuine);
  const pem = createPublicKey({ key: genuine.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const input = `${encode({ ...decode(header), alg: 'HS256' })}.${payload}`;
  return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
}

function byOtherKey(genuine: Genuine): string {
  const { header, payload } = partsOf(genuine);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const input = `${header}.${payload}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

async function inDer(genuine: Genuine): Promise<string> {
  const { header, payload } = partsOf(genuine);
  const input = `${header}.${payload}`;
  return `${input}.${Buffer.from(await genuine.sign(Buffer.from(input))).toString('base64url')}`;
}

const changed = (payload: string): string =>
  encode({ ...decode(payload), sub: 'spiffe://example.test/admin' });

/** All are refused by any reader that checks signature, algorithm, key id, times, audience and issuer (RFC 7519, 7.2). */
export const FORGERIES: readonly Forgery[] = [
  {
    name: 'algorithm none, no signature',
    make: edited(({ header, payload }) => `${encode({ ...decode(header), alg: 'none' })}.${payload}.`),
  },
  { name: 'HMAC with the public key as its secret', make: hmacByPublicKey },
  { name: "another published key's id", make: withHeader(({ otherKid }) => ({ kid: otherKid })) },
  { name: 'the id of no key', make: withHeader(() => ({ kid: 'unknown' })) },
  { name: "another key's signature", make: byOtherKey },
  {
    name: 'changed payload',
    make: edited(({ header, payload, signature }) => `${header}.${changed(payload)}.${signature}`),
  },
  {
    name: 'expired',
    make: withClaims((now) => ({ iat: now - 2 * HOUR_SECONDS, exp: now - HOUR_SECONDS })),
  },
  {
    name: 'not yet valid',
    make: withClaims((now) => ({ nbf: now + HOUR_SECONDS, exp: now + 2 * HOUR_SECONDS })),
  },
  { name: 'another audience', make: withClaims(() => ({ aud: ['another'] })) },
  { name: 'another issuer', make: withClaims(() => ({ iss: 'https://another.example' })) },
  { name: 'signature left out', make: edited(({ header, payload }) => `${header}.${payload}.`) },
  {
    name: 'a critical header that nobody knows',
    make: withHeader(() => ({ crit: ['x-unknown'], 'x-unknown': true })),
  },
  { name: 'signature in DER', make: inDer },
  {
    name: 'bytes after the signature',
    make: edited(({ header, payload, signature }) => {
      const longer = Buffer.concat([Buffer.from(signature, 'base64url'), Buffer.from([0])]);
      return `${header}.${payload}.${longer.toString('base64url')}`;
    }),
  },
];
