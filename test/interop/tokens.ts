/** Tokens of a real house, and every forged variant of one. */
import assert from 'node:assert/strict';
import { API, ask, assertion, ISSUER, type OAuthHouse, openOAuthHouse } from '../../src/api/oauth/testing.ts';
import { joinAgent } from '../../src/api/testing.ts';
import { newId } from '../../src/kernel/index.ts';
import { FORGERIES, type Genuine } from './forgeries.ts';

export { API, ISSUER } from '../../src/api/oauth/testing.ts';

export type WebKeys = { keys: Array<Genuine['jwk'] & { kid: string }> };

export interface TokenHouse {
  house: OAuthHouse;
  /** For the audience `API`, by the issuer `ISSUER`. */
  issue: Record<'access token' | 'JWT-SVID', () => Promise<string>>;
  /** As `/.well-known/jwks.json` serves them. */
  jwks(): Promise<WebKeys>;
  /** One of each of `FORGERIES`, in their order. */
  forged(token: string): Promise<string[]>;
  close(): Promise<void>;
}

async function accessToken({ test, orders }: OAuthHouse): Promise<string> {
  const { json, text } = await ask(test, await assertion(test, orders));
  assert.ok(json.access_token, text);
  return json.access_token;
}

async function jwtSvid({ test }: OAuthHouse): Promise<string> {
  const agent = await joinAgent(test, 'web-1');
  const asked = { action: 'issue-jwt-svid', instance: newId('instance'), attested: { uid: 1001 } };
  const body = { ...asked, claimed: {}, audience: [API] };
  const { json, text } = await test.call('/api/v1/agent/issue', { body, door: agent.door });
  assert.ok(json.items, text);
  return json.items[0].jwt;
}

async function genuineOf({ test }: OAuthHouse, token: string, { keys }: WebKeys): Promise<Genuine> {
  const signer = await test.house.authority.jwtSigner();
  const jwk = keys.find(({ kid }) => kid === signer.keyId);
  const other = keys.find(({ kid }) => kid !== signer.keyId);
  assert.ok(jwk && other);
  return { token, jwk, otherKid: other.kid, sign: async (input) => signer.sign(input) };
}

export async function openTokenHouse(): Promise<TokenHouse> {
  const house = await openOAuthHouse({ issuerUrl: ISSUER });
  const jwks = async (): Promise<WebKeys> => (await house.test.call('/.well-known/jwks.json')).json;
  return {
    house,
    issue: { 'access token': () => accessToken(house), 'JWT-SVID': () => jwtSvid(house) },
    jwks,
    async forged(token) {
      const genuine = await genuineOf(house, token, await jwks());
      return Promise.all(FORGERIES.map(({ make }) => make(genuine)));
    },
    close: () => house.test.close(),
  };
}
