/** The door as two independent clients see it: `openid-client` and, one layer below, `oauth4webapi`. */
import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { operatorDoor, TLS_DOOR } from '../testing.ts';
import { API, ISSUER, type OAuthHouse, openOAuthHouse, post } from './testing.ts';

describe('foreign clients', () => {
  let house: OAuthHouse;
  before(async () => {
    house = await openOAuthHouse();
  });
  after(() => house.test.close());

  const door = async (url: string, options: object): Promise<Response> => {
    const request = new Request(url, options as RequestInit);
    request.headers.set('host', new URL(url).host);
    return house.test.api.fetch(request, TLS_DOOR);
  };
  const webKey = async (key: KeyObject): Promise<client.CryptoKey> =>
    crypto.subtle.importKey(
      'pkcs8',
      key.export({ format: 'der', type: 'pkcs8' }),
      { name: 'ECDSA', namedCurve: 'P-256' },
      false,
      ['sign'],
    );
  const active = async (token: string): Promise<boolean> =>
    (await post(house.test, '/oauth/introspect', { token }, { door: operatorDoor() })).json.active;

  test('openid-client finds us by RFC 8414, gets a token and revokes it', async () => {
    const key = await webKey(house.orders.privateKey);
    const config = await client.discovery(
      new URL(ISSUER),
      house.orders.id,
      undefined,
      client.PrivateKeyJwt({ key, kid: house.orders.kid }),
      { algorithm: 'oauth2', [client.customFetch]: door },
    );
    assert.equal(config.serverMetadata().supportsPKCE(), false);
    const answer = await client.clientCredentialsGrant(config, { resource: API, scope: 'invoices:read' });
    assert.deepEqual([answer.token_type, answer.scope, answer.expires_in], ['bearer', 'invoices:read', 300]);
    assert.ok(await active(answer.access_token));
    await client.tokenRevocation(config, answer.access_token);
    assert.ok(!(await active(answer.access_token)));
  });

  test('openid-client reads our refusals as OAuth’s', async () => {
    const key = await webKey(house.reports.privateKey);
    const config = await client.discovery(
      new URL(ISSUER),
      house.orders.id,
      undefined,
      client.PrivateKeyJwt({ key, kid: house.reports.kid }),
      { algorithm: 'oauth2', [client.customFetch]: door },
    );
    await assert.rejects(client.clientCredentialsGrant(config, { resource: API }), (error) => {
      assert.ok(error instanceof client.ResponseBodyError);
      assert.deepEqual([error.status, error.error], [401, 'invalid_client']);
      return true;
    });
  });

  test('oauth4webapi checks our access token as a resource server would (RFC 9068)', async () => {
    const issuer = new URL(ISSUER);
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', [oauth.customFetch]: door });
    const server = await oauth.processDiscoveryResponse(issuer, found);
    const machine = { client_id: house.orders.id };
    const proof = oauth.PrivateKeyJwt({
      key: await webKey(house.orders.privateKey),
      kid: house.orders.kid,
    });
    const asked = await oauth.clientCredentialsGrantRequest(
      server,
      machine,
      proof,
      new URLSearchParams({ resource: API }),
      { [oauth.customFetch]: door },
    );
    const { access_token } = await oauth.processClientCredentialsResponse(server, machine, asked);
    const request = new Request(API, { headers: { authorization: `Bearer ${access_token}` } });
    const claims = await oauth.validateJwtAccessToken(server, request, API, { [oauth.customFetch]: door });
    assert.deepEqual([claims.client_id, claims.sub, claims.iss], [house.orders.id, house.orders.id, ISSUER]);
    const elsewhere = request.clone();
    await assert.rejects(
      oauth.validateJwtAccessToken(server, elsewhere, 'https://other.example', { [oauth.customFetch]: door }),
    );
  });
});
