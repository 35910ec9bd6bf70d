import { z } from 'zod';
import { baseUrl } from '../../base-url.ts';

const WORKSPACES_MAX = 1_000;

export const settings = z
  .strictObject({
    workspaces: z
      .array(z.string().regex(/^T[A-Z0-9]{2,20}$/))
      .max(WORKSPACES_MAX)
      .default([])
      .describe('Ids of workspaces, as `T…` in the address of each'),
    enterprise: z
      .string()
      .regex(/^E[A-Z0-9]{2,20}$/)
      .optional()
      .describe('Id of the Enterprise Grid organisation'),
    integrationLogs: z
      .boolean()
      .default(false)
      .describe('Also who added which app and when, which paid plans show to administrators'),
    baseUrl: baseUrl().default('https://slack.com/api/').describe('Where the Web API is reached'),
  })
  .refine(({ workspaces, enterprise }) => workspaces.length > 0 || enterprise !== undefined, {
    message: 'name a workspace or the enterprise',
  });
export type SlackSettings = z.output<typeof settings>;

export const secrets = {
  token: { about: 'Token with users:read, for bots', optional: true },
  'admin-token': {
    about:
      "Token of an administrator's app with admin.apps:read, for approved and restricted apps, and admin for logs",
    optional: true,
  },
};
