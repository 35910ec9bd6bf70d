import { z } from 'zod';
import { baseUrl } from '../../base-url.ts';

const PAGE_DEFAULT = 100;
/** What Graph allows for applications and service principals. */
const PAGE_MAX = 999;

export const settings = z.strictObject({
  tenant: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,253}$/)
    .describe("The tenant's id or one of its domains"),
  clientId: z.string().max(100).optional().describe('Application (client) id under which we sign in'),
  graphUrl: baseUrl()
    .default('https://graph.microsoft.com')
    .describe('Microsoft Graph; another address for a national cloud'),
  loginUrl: baseUrl()
    .default('https://login.microsoftonline.com')
    .describe('Where we sign in; another address for a national cloud'),
  agents: z.boolean().default(true).describe('Also agent identities and their blueprints'),
  activity: z
    .boolean()
    .default(false)
    .describe('Also last sign-ins, from the beta API, which needs AuditLog.Read.All and a P1 licence'),
  pageSize: z.int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
});
export type EntraSettings = z.output<typeof settings>;

export const secrets = {
  'client-secret': { about: 'Secret of the application under which we sign in', optional: true },
  certificate: {
    about: 'PEM of its certificate and private key, in place of a secret',
    optional: true,
  },
  'access-token': {
    about: 'A token for Microsoft Graph that something else got, for one sweep',
    optional: true,
  },
};
