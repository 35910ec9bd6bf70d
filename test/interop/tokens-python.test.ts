/** Our tokens and every forged one, before libraries with which others check tokens: PyJWT, joserfc, oauth4webapi. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import {
  API,
  ask as askForToken,
  assertion,
  ISSUER,
  type OAuthHouse,
  openOAuthHouse,
} from '../../src/api/oauth/testing.ts';
import { joinAgent, TLS_DOOR } from '../../src/api/testing.ts';
import { newId } from '../../src/kernel/index.ts';
import { FORGERIES, type Genuine } from './forgeries.ts';
import { ask, pinned, python } from './python.ts';
import { record } from './support.ts';

const OUTCOME = `genuine accepted, ${FORGERIES.length} of ${FORGERIES.length} forged variants refused`;

describe('tokens before foreign libraries', () => {
  let house: OAuthHouse;
  before(async () => {
    house = await openOAuthHouse({ issuerUrl: ISSUER });
  });
  after(() => house.test.close());

  async function accessToken(): Promise<string> {
    const { json, text } = await askForToken(house.test, await assertion(house.test, house.orders));
    assert.ok(json.access_token, text);
    return json.access_token;
  }

  async function jwtSvid(): Promise<string> {
    const agent = await joinAgent(house.test, 'web-1');
    const asked = { action: 'issue-jwt-svid', instance: newId('instance'), attested: { uid: 1001 } };
    const { json, text } = await house.test.call('/api/v1/agent/issue', {
      body: { ...asked, claimed: {}, audience: [API] },
      door: agent.door,
    });
    assert.ok(json.items, text);
    return json.items[0].jwt;
  }

  const jwks = async (): Promise<{ keys: Array<Genuine['jwk'] & { kid: string }> }> =>
    (await house.test.call('/.well-known/jwks.json')).json;

  async function genuine(token: string): Promise<Genuine> {
    const signer = await house.test.house.authority.jwtSigner();
    const { keys } = await jwks();
    const jwk = keys.find(({ kid }) => kid === signer.keyId);
    const other = keys.find(({ kid }) => kid !== signer.keyId);
    assert.ok(jwk && other);
    return { token, jwk, otherKid: other.kid, sign: async (input) => signer.sign(input) };
  }

  async function forged(token: string): Promise<string[]> {
    const real = await genuine(token);
    return Promise.all(FORGERIES.map(({ make }) => make(real)));
  }

  for (const [kind, issue] of [
    ['access token', accessToken],
    ['JWT-SVID', jwtSvid],
  ] as const) {
    test(`PyJWT and joserfc accept our ${kind} by our JWKS and refuse every forged variant`, async (t) => {
      const interpreter = python(t);
      if (interpreter === undefined) return;
      const token = await issue();
      const tokens = [token, ...(await forged(token))];
      const question = { jwks: await jwks(), issuer: ISSUER, audience: API, tokens };
      const answers = Object.entries(ask(interpreter, 'tokens.py', question) as Record<string, unknown[]>);
      assert.deepEqual(
        answers.map(([library]) => library),
        ['PyJWT', 'joserfc'],
      );
      for (const [library, [ofGenuine, ...ofForged]] of answers) {
        assert.equal(ofGenuine, null, `${library}: ${ofGenuine}`);
        const accepted = FORGERIES.filter((_, at) => ofForged[at] === null).map(({ name }) => name);
        assert.deepEqual(accepted, [], `${library} accepts forged tokens`);
        record(t, {
          tool: library,
          version: pinned(library),
          checked: `${kind} by our JWKS`,
          outcome: OUTCOME,
        });
      }
    });
  }

  test('oauth4webapi, as a resource server, accepts our access token and refuses every forged variant', async (t) => {
    const door = async (url: string, options: object): Promise<Response> => {
      const request = new Request(url, options as RequestInit);
      request.headers.set('host', new URL(url).host);
      return house.test.api.fetch(request, TLS_DOOR);
    };
    const server = { issuer: ISSUER, jwks_uri: `${ISSUER}/.well-known/jwks.json` };
    const check = (token: string) => {
      const request = new Request(API, { headers: { authorization: `Bearer ${token}` } });
      return oauth.validateJwtAccessToken(server, request, API, { [oauth.customFetch]: door });
    };
    const token = await accessToken();
    assert.equal((await check(token)).sub, house.orders.id);
    for (const [at, bad] of (await forged(token)).entries()) {
      await assert.rejects(check(bad), FORGERIES[at]?.name);
    }
    const version = versionOf('oauth4webapi');
    record(t, {
      tool: 'oauth4webapi',
      version,
      checked: 'access token by our JWKS (RFC 9068)',
      outcome: OUTCOME,
    });
  });
});

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../node_modules', name, 'package.json'), 'utf8'))
    .version;
