import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Opening } from '../../contract.ts';
import { createHttp } from '../../http.ts';
import { SourceError } from '../../source-error.ts';
import { operations, TOKEN } from './operations.ts';
import type { OktaSettings } from './settings.ts';

const SECOND_MS = 1000;
/** Okta allows an hour. */
const ASSERTION_SECONDS = 300;
/** A token is renewed so long before it ends, so that none ends while a page is on its way. */
const RENEW_BEFORE_MS = 5 * 60 * SECOND_MS;
const REFUSALS = [400, 401, 403];
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Headers with which the org is asked. @throws SourceError `denied` where Okta does not accept what we sign in with */
export type Access = () => Promise<Record<string, string>>;

interface Key {
  key: KeyObject;
  kid: string | undefined;
}

interface Token {
  value: string;
  /** Milliseconds. */
  until: number;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** An access token is a JWT and an API token is not: each has a scheme of its own. */
export const headersOf = (token: string): Record<string, string> =>
  JWT.test(token) ? bearer(token) : { authorization: `SSWS ${token}` };

/** @param text PEM, or a JWK as Okta's console shows it. @throws SourceError where it holds no private key */
function keyOf(text: string, keyId: string | undefined): Key {
  try {
    if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text), kid: keyId };
    const jwk = JSON.parse(text) as JsonWebKey & { kid?: string };
    return { key: createPrivateKey({ key: jwk, format: 'jwk' }), kid: keyId ?? jwk.kid };
  } catch {
    throw new SourceError('failed', 'the private key is neither a PEM nor a JWK');
  }
}

/** Without `jti`: Okta takes one once, and a try that failed on its way is sent again as it is. */
function assertionOf({ key, kid }: Key, clientId: string, audience: string, now: Date): Promise<string> {
  const seconds = Math.floor(now.getTime() / SECOND_MS);
  return new SignJWT()
    .setProtectedHeader({
      alg: key.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256',
      ...(kid === undefined ? {} : { kid }),
    })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ASSERTION_SECONDS)
    .sign(key);
}

function tokenOf(body: unknown, now: Date): Token {
  const { access_token: value, expires_in: seconds } = (body ?? {}) as Record<string, unknown>;
  if (typeof value !== 'string') throw new SourceError('failed', 'no access token in the answer');
  return { value, until: now.getTime() + (Number(seconds) || 0) * SECOND_MS };
}

/**
 * Signs in as a service app: its key is exchanged for a token, renewed while a sweep lasts.
 * @see https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/
 */
async function appAccess(clientId: string, chosen: OktaSettings, opening: Opening): Promise<Access> {
  const key = keyOf(await opening.secret('privateKey'), chosen.keyId);
  const url = new URL('/oauth2/v1/token', chosen.baseUrl).href;
  const http = createHttp({ base: chosen.baseUrl, operations, headers: () => ({}) }, opening);
  async function signIn(): Promise<Token> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      scope: chosen.scopes.join(' '),
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertionOf(key, clientId, url, opening.now()),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const asking = { operation: TOKEN, method: 'POST' as const, url, headers, body: form.toString() };
    const { status, body } = await http.json({ ...asking, accept: REFUSALS });
    if (REFUSALS.includes(status)) throw new SourceError('denied', `the sign-in was refused (${status})`);
    return tokenOf(body, opening.now());
  }
  let held: Token | undefined;
  let pending: Promise<Token> | undefined;
  return async () => {
    if (held === undefined || held.until - opening.now().getTime() < RENEW_BEFORE_MS) {
      // Calls that go out at once share one sign-in; one that failed is not kept.
      pending ??= signIn().finally(() => {
        pending = undefined;
      });
      held = await pending;
    }
    return bearer(held.value);
  };
}

/** With the token that was handed to us, or as the service app. @throws SourceError where neither was configured */
export async function openAccess(chosen: OktaSettings, opening: Opening): Promise<Access> {
  if (opening.hasSecret('token')) {
    const headers = headersOf(await opening.secret('token'));
    return async () => headers;
  }
  if (chosen.clientId === undefined)
    throw new SourceError('failed', 'either the secret `token`, or `clientId` and the secret `privateKey`');
  return appAccess(chosen.clientId, chosen, opening);
}
