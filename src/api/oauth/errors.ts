import type { Context } from 'hono';
import type { Refusal } from '../../issuance/index.ts';
import { type ErrorCode, MunimentError } from '../../kernel/index.ts';
import type { Route } from '../contract/index.ts';
import type { Env } from '../env.ts';
import { retryAfter } from '../problem.ts';

/** RFC 6749, section 5.2; RFC 8707, section 2; RFC 6749, section 4.1.2.1 for what is our own fault. */
export const OAUTH_CODES = [
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'temporarily_unavailable',
  'server_error',
] as const;
export type OAuthCode = (typeof OAUTH_CODES)[number];

const CODES: Partial<Record<ErrorCode, OAuthCode>> = {
  invalid_client: 'invalid_client',
  unauthenticated: 'invalid_client',
  no_identity: 'unauthorized_client',
  identity_not_active: 'unauthorized_client',
  no_living_owner: 'unauthorized_client',
  locked: 'unauthorized_client',
  policy_denied: 'unauthorized_client',
  profile_denied: 'unauthorized_client',
  forbidden: 'unauthorized_client',
  too_many_requests: 'temporarily_unavailable',
  overloaded: 'temporarily_unavailable',
  storage_unavailable: 'temporarily_unavailable',
  log_ahead_of_database: 'temporarily_unavailable',
  clock_stepped: 'temporarily_unavailable',
};
const WITHHELD = {
  action: 'unauthorized_client',
  audience: 'invalid_target',
  scope: 'invalid_scope',
} as const satisfies Record<NonNullable<Refusal['withheld']>, OAuthCode>;

const OPERATIONS: ReadonlySet<string> = new Set(['issueAccessToken', 'revokeToken']);
/** RFC 6749, section 5.2: what `error_description` may hold. */
const UNTOLD = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g;

/** Routes whose refusals have OAuth's form and not that of a problem document. */
export const isOAuth = (route: Route | undefined): boolean =>
  route !== undefined && OPERATIONS.has(route.operationId);

/** A refusal in a word of OAuth's own; `entry` where it was recorded. */
export class OAuthRefusal extends MunimentError {
  readonly oauth: OAuthCode;
  readonly entry: number | undefined;

  constructor(oauth: OAuthCode, code: ErrorCode, message: string, entry?: number) {
    super(code, message);
    this.oauth = oauth;
    this.entry = entry;
  }
}

/** What a recorded refusal is in OAuth's words: all that the caller learns beyond them is the reason and the entry. */
export const refusalOf = ({ code, withheld, reason, entry }: Refusal): OAuthRefusal =>
  new OAuthRefusal(withheld === undefined ? codeOf(code, 400) : WITHHELD[withheld], code, reason, entry);

const codeOf = (code: ErrorCode, status: number): OAuthCode =>
  CODES[code] ?? (status >= 500 ? 'server_error' : 'invalid_request');

/** RFC 6749, section 5.2: 400 unless the client did not prove itself, or it is no fault of the client's. */
function statusOf(oauth: OAuthCode, status: number): number {
  if (oauth === 'invalid_client') return 401;
  return status >= 500 || status === 413 || status === 429 ? status : 400;
}

export function oauthProblem(c: Context<Env>, error: MunimentError): Response {
  const { oauth = codeOf(error.code, error.status), entry } = error as Partial<OAuthRefusal>;
  const body = {
    error: oauth,
    error_description: error.message.replaceAll(UNTOLD, '?'),
    ...(entry === undefined ? {} : { entry }),
  };
  const tried = /^[A-Za-z]+/.exec(c.req.header('authorization') ?? '')?.[0];
  const challenge = oauth === 'invalid_client' && tried !== undefined ? { 'www-authenticate': tried } : {};
  return c.json(body, statusOf(oauth, error.status) as 400, {
    'cache-control': 'no-store',
    ...challenge,
    ...retryAfter(error.code),
  });
}
