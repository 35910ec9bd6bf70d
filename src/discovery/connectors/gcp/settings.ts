import { z } from 'zod';
import { baseUrl } from '../../base-url.ts';

const PROJECTS_MAX = 10_000;

/** An id, or `domain:id` in an old organisation. */
const PROJECT = /^([a-z0-9.-]{1,253}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

export const settings = z.strictObject({
  projects: z
    .array(z.string().regex(PROJECT))
    .min(1)
    .max(PROJECTS_MAX)
    .optional()
    .describe('Ids of the projects to read; without it, every active project that the search finds'),
  query: z
    .string()
    .max(1_000)
    .optional()
    .describe('Narrows the search for projects, e.g. `parent:folders/123`'),
  apiKeys: z.boolean().default(true).describe('Also API keys, where the API Keys API is enabled'),
  activity: z
    .boolean()
    .default(false)
    .describe('Also last authentications, where the Policy Analyzer API is enabled'),
  baseUrl: baseUrl().optional().describe('One address before all of the APIs, e.g. a private endpoint'),
});
export type GcpSettings = z.output<typeof settings>;

export const secrets = {
  credentials: {
    about: 'JSON of a service account key or, better, of a workload identity federation configuration',
    optional: true,
  },
  'access-token': { about: 'A token that something else got, for one sweep', optional: true },
};
