import type { Operation } from '../../contract.ts';

export const TOKEN = 'POST /oauth2/v1/token';
export const API_TOKENS = 'GET /api/v1/api-tokens';
export const APPS = 'GET /api/v1/apps';
export const KEYS = 'GET /api/v1/apps/{appId}/credentials/jwks';
export const GRANTS = 'GET /api/v1/apps/{appId}/grants';
export const SERVICE_ACCOUNTS = 'GET /privileged-access/api/v1/service-accounts';
export const LOGS = 'GET /api/v1/logs';

/** Kinds of records in the log. */
export const TOKEN_MADE = 'system.api_token.create';
export const CLIENT_MADE = 'app.oauth2.client.lifecycle.create';

/** Every call that is made, with the one scope that allows it. */
export const operations: Operation[] = [
  {
    name: TOKEN,
    privilege: 'none: the key of the service app',
    note: 'signs in: gives a token of one hour that is good for the scopes asked for, and changes nothing in the org',
  },
  { name: API_TOKENS, privilege: 'okta.apiTokens.read', note: 'metadata: Okta shows no token again' },
  { name: APPS, privilege: 'okta.apps.read', note: 'OAuth clients alone' },
  { name: KEYS, privilege: 'okta.apps.read', note: 'public keys' },
  { name: GRANTS, privilege: 'okta.appGrants.read' },
  {
    name: SERVICE_ACCOUNTS,
    privilege: 'okta.serviceAccounts.read',
    note: 'only with the setting `privilegedAccess`',
  },
  { name: LOGS, privilege: 'okta.logs.read', note: 'making of API tokens and OAuth clients alone' },
];
