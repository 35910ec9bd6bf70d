import type { Context } from 'hono';
import type { ClientMethod, ClientProof, Issued } from '../../issuance/index.ts';
import { MunimentError } from '../../kernel/index.ts';
import { admit } from '../access.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/oauth.ts';
import { actorOf, type Env } from '../env.ts';
import type { Rooms } from '../handlers/rooms.ts';
import { OAuthRefusal, refusalOf } from './errors.ts';
import { audiencesOf, endpoint, issuerFor, TOKEN_PATH } from './names.ts';

const METADATA_SECONDS = 60;
const GRANT_TYPE = 'client_credentials';

/** Kinds of assertions and what each proves itself by (RFC 7523; draft-ietf-oauth-spiffe-client-auth). */
const ASSERTIONS = new Map<string | undefined, ClientMethod>([
  ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer', 'private-key-jwt'],
  ['urn:ietf:params:oauth:client-assertion-type:jwt-spiffe', 'jwt-svid'],
]);
const AUTH_METHODS = ['private_key_jwt', 'spiffe_jwt'];
const SIGNING = ['ES256', 'ES384', 'EdDSA', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

export function mountOAuth(app: Api, rooms: Rooms): void {
  const { issuance, clients, revocation, config, places } = rooms;

  app.openapi(contract.token, async (c) => {
    const form = c.req.valid('form');
    if (form.grant_type !== GRANT_TYPE)
      throw new OAuthRefusal('unsupported_grant_type', 'bad_request', `the grant type is \`${GRANT_TYPE}\``);
    const issued = await issuance.issue({
      action: 'issue-access-token',
      door: 'oauth',
      address: c.env.address,
      proof: proofOf(rooms, form),
      audience: targetsOf(form),
      scope: scopeOf(form),
      issuer: issuerFor(c, config, places),
    });
    return c.json(answerOf(issued), 200);
  });

  app.openapi(contract.revoke, async (c) => {
    const { token, ...form } = c.req.valid('form');
    const by = isOperator(c) ? operator(c) : await clients.authenticate(proofOf(rooms, form));
    await revocation.revoke(token, { reason: 'revoked at the token revocation endpoint', ...by });
    return c.body(null, 200);
  });

  app.openapi(contract.metadata, (c) =>
    c.json(metadataOf(issuerFor(c, config, places)), 200, {
      'cache-control': `public, max-age=${METADATA_SECONDS}`,
    }),
  );
}

interface ProofForm {
  client_id?: string | undefined;
  client_assertion_type?: string | undefined;
  client_assertion?: string | undefined;
}

/** RFC 6749, section 3.2: a parameter without a value is one that was not sent. */
const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

function proofOf({ config, places }: Rooms, form: ProofForm): ClientProof {
  const method = ASSERTIONS.get(form.client_assertion_type);
  const assertion = given(form.client_assertion);
  if (method === undefined || assertion === undefined)
    throw new MunimentError('invalid_client', 'a client proves itself by a client assertion');
  const client = given(form.client_id);
  const proof = { method, assertion, audiences: audiencesOf(config, places) };
  return client === undefined ? proof : { ...proof, client };
}

interface TargetForm {
  resource?: string | string[] | undefined;
  audience?: string | string[] | undefined;
}

/** RFC 8707, section 2: a resource is an absolute URI without a fragment. An audience is whatever the profile lists. */
function targetsOf({ resource = [], audience = [] }: TargetForm): string[] {
  const resources = [resource].flat().filter(given);
  const isBad = (uri: string): boolean => !URL.canParse(uri) || uri.includes('#');
  const targets = [...resources, ...[audience].flat().filter(given)];
  if (targets.length > 0 && !resources.some(isBad)) return targets;
  const why = 'name by `resource` (an absolute URI without a fragment) or `audience` whom the token is for';
  throw new OAuthRefusal('invalid_target', 'bad_request', why);
}

const scopeOf = ({ scope = '' }: { scope?: string | undefined }): string[] =>
  scope.split(' ').filter((word) => word !== '');

function answerOf({ granted, refused }: Issued) {
  const [grant] = granted;
  if (grant?.jwt === undefined) {
    if (refused[0] === undefined) throw new MunimentError('internal', 'neither granted nor refused');
    throw refusalOf(refused[0]);
  }
  const { scope = [] } = grant;
  return {
    access_token: grant.jwt,
    token_type: 'Bearer' as const,
    expires_in: grant.ttlSeconds,
    ...(scope.length === 0 ? {} : { scope: scope.join(' ') }),
    receipt: grant.receipt,
  };
}

const isOperator = (c: Context<Env>): boolean => ['person', 'socket'].includes(c.get('caller').kind);

function operator(c: Context<Env>): { actor: string } {
  const caller = c.get('caller');
  admit(caller, ['operator', 'socket']);
  return { actor: actorOf(caller) };
}

const metadataOf = (issuer: string) => ({
  issuer,
  token_endpoint: endpoint(issuer, TOKEN_PATH),
  revocation_endpoint: endpoint(issuer, '/oauth/revoke'),
  introspection_endpoint: endpoint(issuer, '/oauth/introspect'),
  jwks_uri: endpoint(issuer, '/.well-known/jwks.json'),
  grant_types_supported: [GRANT_TYPE],
  response_types_supported: [],
  token_endpoint_auth_methods_supported: AUTH_METHODS,
  token_endpoint_auth_signing_alg_values_supported: SIGNING,
  revocation_endpoint_auth_methods_supported: AUTH_METHODS,
  revocation_endpoint_auth_signing_alg_values_supported: SIGNING,
});
