/** Our tokens and every forged one, before libraries with which others check tokens: PyJWT, joserfc, oauth4webapi. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { TLS_DOOR } from '../../src/api/testing.ts';
import { FORGERIES } from './forgeries.ts';
import { ask, pinned, python } from './python.ts';
import { record } from './support.ts';
import { API, ISSUER, openTokenHouse, type TokenHouse } from './tokens.ts';

const OUTCOME = `genuine accepted, ${FORGERIES.length} of ${FORGERIES.length} forged variants refused`;

describe('tokens before foreign libraries', () => {
  let house: TokenHouse;
  before(async () => {
    house = await openTokenHouse();
  });
  after(() => house.close());

  for (const kind of ['access token', 'JWT-SVID'] as const) {
    test(`PyJWT and joserfc accept our ${kind} by our JWKS and refuse every forged variant`, async (t) => {
      const interpreter = python(t);
      if (interpreter === undefined) return;
      const token = await house.issue[kind]();
      const tokens = [token, ...(await house.forged(token))];
      const question = { jwks: await house.jwks(), issuer: ISSUER, audience: API, tokens };
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
      return house.house.test.api.fetch(request, TLS_DOOR);
    };
    const server = { issuer: ISSUER, jwks_uri: `${ISSUER}/.well-known/jwks.json` };
    const check = (token: string) => {
      const request = new Request(API, { headers: { authorization: `Bearer ${token}` } });
      return oauth.validateJwtAccessToken(server, request, API, { [oauth.customFetch]: door });
    };
    const token = await house.issue['access token']();
    assert.equal((await check(token)).sub, house.house.orders.id);
    for (const [at, bad] of (await house.forged(token)).entries()) {
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
