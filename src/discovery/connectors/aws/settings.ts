import { z } from 'zod';

const ACCOUNT = z.string().regex(/^\d{12}$/, 'an account is 12 digits');
const REGION = z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'a region, e.g. `eu-central-1`');

/** Listings that are read per user, or that not every estate wants; what is left out is out of the declared scope. */
export const OPTIONAL_LISTINGS = [
  'access-keys',
  'service-credentials',
  'signing-certificates',
  'ssh-public-keys',
  'credential-report',
  'permissions',
] as const;

const MEMBERS = z.strictObject({
  accounts: z.array(ACCOUNT).min(1),
  role: z.string().regex(/^[\w+=,.@/-]{1,512}$/),
  externalId: z.string().min(2).max(1224).optional(),
});

const PERIOD = {
  /** Digests that end before it are not read. */
  since: z.iso.datetime().optional(),
  /** Digests that start after it are not read. */
  until: z.iso.datetime().optional(),
  /** File with what `aws cloudtrail list-public-keys` prints, or PEM. */
  publicKeys: z.string().min(1),
};

const CLOUDTRAIL = z.union([
  z.strictObject({ bucket: z.string().min(3).max(63), prefix: z.string().default(''), ...PERIOD }),
  z.strictObject({ folder: z.string().min(1), bucket: z.string().optional(), ...PERIOD }),
]);

export const SETTINGS = z.strictObject({
  /** The first is also where IAM, STS and Organizations are asked. */
  regions: z.array(REGION).min(1),
  accessKeyId: z.string().min(4).max(128).optional(),
  /** A private endpoint or a test double; all services are asked there. */
  endpoint: z.url().optional(),
  members: MEMBERS.optional(),
  /** False: the accounts of the organisation are out of the declared scope. */
  organization: z.boolean().default(true),
  cloudtrail: CLOUDTRAIL.optional(),
  leaveOut: z.array(z.enum(OPTIONAL_LISTINGS)).default([]),
});

export type Settings = z.output<typeof SETTINGS>;
export type CloudTrailSettings = z.output<typeof CLOUDTRAIL>;
