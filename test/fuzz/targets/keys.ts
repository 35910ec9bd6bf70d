import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { checkCredential } from '../../../src/api/read/check.ts';
import { openTestHouse } from '../../../src/api/testing.ts';
import { readAssertion } from '../../../src/attestation/assertion.ts';
import { attestToken, checkedClaims, newJoinToken } from '../../../src/attestation/index.ts';
import { createCsr, der, encodePem, parseCsr, verifyJwt } from '../../../src/crypto/index.ts';
import { isMunimentError, timestamp } from '../../../src/kernel/index.ts';
import { mutateDer } from '../mutate-der.ts';
import type { Target } from '../target.ts';

const declares = isMunimentError;

const csr: Target = {
  mutate: mutateDer,
  open: () => ({
    declares,
    seeds: [createCsr(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
    feed(input) {
      parseCsrText(input.toString('latin1'));
      parseCsr(new Uint8Array(input));
    },
  }),
};

/** The same door takes PEM and base64. */
function parseCsrText(text: string): void {
  try {
    parseCsr(text);
  } catch (error) {
    if (!declares(error)) throw error;
  }
}

/** Every reader on every element; a constructed one is the sum of what is in it. */
function readAll(element: der.Der): void {
  for (const read of [der.readInteger, der.readBitString]) {
    try {
      read(element);
    } catch (error) {
      if (!declares(error)) throw error;
    }
  }
  if ((element.tag & 0x20) === 0) return;
  const children = der.childrenOf(element, element.tag);
  assert.deepEqual(Buffer.concat(children.map(({ raw }) => raw)), Buffer.from(element.content));
  for (const child of children) readAll(child);
}

/** Certificates as anybody may show them, to the reader of ours and then to the check by certificate. */
const derTarget: Target = {
  mutate: mutateDer,
  open: async () => {
    const test = await openTestHouse();
    const now = timestamp(test.clock.now());
    const log = test.house.log;
    const show = (certificate: string) => checkCredential(log, { certificate }, now);
    return {
      declares,
      seeds: [Buffer.from(test.house.authority.root().certificate)],
      async feed(input) {
        await show(input.toString('latin1')).catch((error) => {
          if (!declares(error)) throw error;
        });
        await show(encodePem(input, 'CERTIFICATE'));
        readAll(der.readDer(new Uint8Array(input)));
      },
      close: () => test.close(),
    };
  },
};

const CLAIMS = { sub: 'spiffe://example.test/a', aud: 'billing', jti: `1.${'0'.repeat(64)}` };

/** Tokens to be verified with our keys, and assertions of clients that are read before a key is known. */
const jwt: Target = {
  words: ['none', 'HS256', 'ES256', 'alg', 'kid', 'crit', 'b64', 'jwk', 'zip', '.', 'eyJ'],
  open: async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] };
    const made = new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'JWT' })
      .setExpirationTime('1h');
    return {
      declares,
      seeds: [Buffer.from(await made.sign(privateKey))],
      async feed(input) {
        const text = input.toString();
        try {
          readAssertion(text);
        } catch (error) {
          if (!declares(error)) throw error;
        }
        await verifyJwt(text, keys as never, { now: new Date(), audience: 'billing' });
      },
    };
  },
};

/** What a join brings: its token, and what it claims of itself. */
const joinToken: Target = {
  words: ['mjt_', '"token"', '"name"', '"claims"'],
  open: async () => {
    const test = await openTestHouse();
    const { database, log } = test.house;
    const show = (token: string) => attestToken({ database, log }, { token, name: 'a' }, test.clock.now());
    return {
      declares,
      seeds: [Buffer.from(newJoinToken())],
      async feed(input) {
        const text = input.toString();
        try {
          checkedClaims(parsed(text));
        } catch (error) {
          if (!declares(error)) throw error;
        }
        await show(text);
      },
      close: () => test.close(),
    };
  },
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const KEYS: Record<string, Target> = { csr, der: derTarget, jwt, 'join-token': joinToken };
