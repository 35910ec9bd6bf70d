import { z } from 'zod';
import { baseUrl } from '../../base-url.ts';

/** Okta keeps its log for so long. */
const LOG_DAYS_MAX = 90;

export const settings = z.strictObject({
  baseUrl: baseUrl().describe('Address of the org, as `https://example.okta.com`'),
  clientId: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('Client id of the service app that the secret `privateKey` is of'),
  keyId: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('Id (kid) of the key, where `privateKey` is a PEM and the app has several keys'),
  scopes: z
    .array(z.string().regex(/^okta\.[a-zA-Z0-9.]{1,100}\.read$/))
    .min(1)
    .default(['okta.apiTokens.read', 'okta.apps.read', 'okta.appGrants.read', 'okta.logs.read'])
    .describe('Scopes that the service app asks for: all of them must have been granted to it'),
  logDays: z.int().min(1).max(LOG_DAYS_MAX).default(LOG_DAYS_MAX).describe('Days of the log to read'),
  privilegedAccess: z
    .boolean()
    .default(false)
    .describe('Also the service accounts of Okta Privileged Access, where the org has it'),
  withoutAppSecrets: z
    .boolean()
    .default(false)
    .describe(
      'Leaves the secrets of apps out of what is declared, in place of telling them as a denied range',
    ),
});
export type OktaSettings = z.output<typeof settings>;

export const secrets = {
  token: { about: 'An OAuth access token, or an API token (SSWS)', optional: true },
  privateKey: { about: 'Private key of the service app, PEM or JWK', optional: true },
};
