import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Opening } from '../../contract.ts';
import { createHttp, type Http } from '../../http.ts';
import { SourceError } from '../../source-error.ts';
import { operations } from './operations.ts';
import { waitOf } from './throttling.ts';

const SECOND_MS = 1000;
/** GitHub allows ten minutes. */
const ASSERTION_SECONDS = 540;
/** GitHub refuses an assertion from the future: its clock may be behind ours. */
const CLOCK_SKEW_SECONDS = 60;
/** A token is renewed so long before it ends, so that none ends while a page is on its way. */
const RENEW_BEFORE_MS = 5 * 60 * SECOND_MS;

export const API_VERSION = '2022-11-28';

/** Headers with which one organisation is asked. */
export type Access = () => Promise<Record<string, string>>;

const bearer = (token: string) => ({
  authorization: `Bearer ${token}`,
  'x-github-api-version': API_VERSION,
});

export const tokenAccess =
  (token: string): Access =>
  async () =>
    bearer(token);

/** @throws SourceError where the PEM holds no private key */
function keyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new SourceError('failed', 'the private key of the App is no PEM');
  }
}

export interface App {
  /** App id, or client id. */
  appId: string;
  /** PEM, as GitHub hands it out. */
  privateKey: string;
  baseUrl: string;
}

interface Token {
  value: string;
  /** Milliseconds. */
  until: number;
}

/** Proves to be the App, for the two calls that need it. */
function appHttp({ appId, privateKey, baseUrl }: App, opening: Opening): Http {
  const key = keyOf(privateKey);
  const assertion = () => {
    const now = Math.floor(opening.now().getTime() / SECOND_MS);
    return new SignJWT()
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(appId)
      .setIssuedAt(now - CLOCK_SKEW_SECONDS)
      .setExpirationTime(now + ASSERTION_SECONDS)
      .sign(key);
  };
  const headers = async () => bearer(await assertion());
  return createHttp({ base: baseUrl, operations, headers, wait: waitOf }, opening);
}

async function newToken(http: Http, baseUrl: string, organization: string): Promise<Token> {
  const installation = await http.json<{ id?: unknown } | null>({
    operation: 'GET /orgs/{org}/installation',
    url: `${baseUrl}/orgs/${encodeURIComponent(organization)}/installation`,
  });
  const made = await http.json<{ token?: unknown; expires_at?: unknown } | null>({
    operation: 'POST /app/installations/{installation_id}/access_tokens',
    method: 'POST',
    url: `${baseUrl}/app/installations/${encodeURIComponent(String(installation.body?.id))}/access_tokens`,
  });
  const { token, expires_at } = made.body ?? {};
  if (typeof token !== 'string') throw new SourceError('failed', 'no installation token in the answer');
  return { value: token, until: Date.parse(String(expires_at)) || 0 };
}

/**
 * Signs in as an App: its key is exchanged for a token of one hour that is good for one organisation, renewed while a sweep lasts.
 * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
 */
export function appAccess(app: App, organization: string, opening: Opening): Access {
  const http = appHttp(app, opening);
  let token: Token | undefined;
  return async () => {
    if (token === undefined || token.until - opening.now().getTime() < RENEW_BEFORE_MS)
      token = await newToken(http, app.baseUrl, organization);
    return bearer(token.value);
  };
}
