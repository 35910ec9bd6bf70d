import { z } from 'zod';
import { baseUrl, withoutSlashes } from '../../base-url.ts';
import { defineSource, type Opening, type Partition, type Session } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import { type Access, appAccess, tokenAccess } from './access.ts';
import { createClient } from './client.ts';
import { listings } from './mapping.ts';
import { operations } from './operations.ts';
import { createReading } from './reading.ts';

const CLOUD = 'https://api.github.com';
const ORGANIZATIONS_MAX = 1_000;
const AUDIT_DAYS_MAX = 180;
const ORGANIZATION = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?$/;

const settings = z.strictObject({
  organizations: z
    .array(z.string().regex(ORGANIZATION))
    .min(1)
    .max(ORGANIZATIONS_MAX)
    .describe('Logins of the organisations; each becomes a partition.'),
  baseUrl: baseUrl()
    .default(CLOUD)
    .describe(
      'Of the API: `https://HOST/api/v3` on Enterprise Server, `https://api.NAME.ghe.com` with data residency.',
    ),
  appId: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,60}$/)
    .optional()
    .describe(
      'App id or client id; the secret `privateKey` goes with it. Without it the secret `token` is used.',
    ),
  auditDays: z
    .int()
    .min(1)
    .max(AUDIT_DAYS_MAX)
    .default(90)
    .describe('How far back the audit log is read, in days.'),
});

type Settings = z.output<typeof settings>;

/** @see https://docs.github.com/en/actions/reference/security/oidc */
export function issuerOf(base: string): string {
  const { hostname, origin } = new URL(base);
  if (base === CLOUD) return 'https://token.actions.githubusercontent.com';
  const residency = /^api\.([a-z0-9-]+\.ghe\.com)$/.exec(hostname);
  return residency === null ? `${origin}/_services/token` : `https://token.actions.${residency[1]}`;
}

async function accessOf({ appId, baseUrl }: Settings, opening: Opening): Promise<(org: string) => Access> {
  if (appId === undefined) {
    const token = await opening.secret('token');
    return () => tokenAccess(token);
  }
  const app = { appId, baseUrl, privateKey: await opening.secret('privateKey') };
  return (org) => appAccess(app, org, opening);
}

const partitionOf = (org: string): Partition => ({
  partition: org,
  scope: Object.fromEntries(listings.map(({ listing }) => [listing, [`organisation ${org}`]])),
});

async function open(given: Settings, opening: Opening): Promise<Session> {
  const chosen = { ...given, baseUrl: withoutSlashes(given.baseUrl) };
  const { Octokit } = await import('@octokit/rest');
  const octokit = new Octokit({ baseUrl: chosen.baseUrl });
  const access = await accessOf(chosen, opening);
  const options = { issuer: issuerOf(chosen.baseUrl), auditDays: chosen.auditDays };
  const readings = new Map(
    chosen.organizations.map((org) => {
      const client = createClient(octokit, access(org), chosen.baseUrl, opening);
      return [org, createReading(client, org, options, opening)];
    }),
  );
  return {
    partitions: async () => chosen.organizations.map(partitionOf),
    read({ partition }, listing) {
      const reading = readings.get(partition);
      if (reading === undefined) throw new SourceError('failed', 'no such organisation');
      return reading(listing);
    },
    close: async () => {},
  };
}

export const source = defineSource<Settings>({
  type: 'github',
  version: 1,
  title: 'GitHub',
  settings,
  secrets: {
    token: { about: 'A fine-grained token of an owner of the organisations', optional: true },
    privateKey: { about: 'Private key of the App (PEM), with the setting `appId`', optional: true },
  },
  operations,
  listings,
  open,
});
