import { z } from 'zod';
import { PASSWORD_FORMATS } from '#verifier';
import { line, name } from './fields.ts';

const PATH_MAX_CHARACTERS = 1024;
const HOST_MAX_CHARACTERS = 253;
const KEY_MAX_CHARACTERS = 2048;
const PORT_MAX = 65_535;
const SSH_PORT = 22;
const INTERVAL_MAX_DAYS = 3650;
const GRACE_MAX_HOURS = 24 * 90;

const path = line(PATH_MAX_CHARACTERS)
  .regex(/^\/[^/]/, 'must be an absolute path')
  .refine((text) => !text.split('/').includes('..'), 'must not go up by `..`');

// A leading dash would be read by `ssh` as an option.
const word = (what: string, max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._:-]*$/, `must be ${what}`);

const unit = word('the name of a unit', 128);

const SshKeyTarget = z.strictObject({
  keyFile: path,
  account: word('an account', 64),
  host: word('a host name or address', HOST_MAX_CHARACTERS),
  port: z.int().min(1).max(PORT_MAX).default(SSH_PORT),
  hostKey: line(KEY_MAX_CHARACTERS).regex(
    /^[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}$/,
    'must be a key type and base64, as in `known_hosts`',
  ),
  authorizedKeys: path,
  log: z.union([z.strictObject({ file: path }), z.strictObject({ journal: unit })]),
});

const PostgresPasswordTarget = z.strictObject({
  connection: z.strictObject({ file: path }),
  role: line(63),
  passwordFile: path,
  format: z.enum(PASSWORD_FORMATS).default('plain'),
});

const rule = {
  identity: name,
  observation: line(PATH_MAX_CHARACTERS).optional(),
  intervalDays: z.int().min(1).max(INTERVAL_MAX_DAYS),
  graceHours: z.int().min(1).max(GRACE_MAX_HOURS),
  noticeDays: z.int().min(0).max(INTERVAL_MAX_DAYS),
};

/** A Rotation as a person writes it. */
export const Rotation = z
  .discriminatedUnion('rotator', [
    z.strictObject({ ...rule, rotator: z.literal('ssh-key'), target: SshKeyTarget }),
    z.strictObject({ ...rule, rotator: z.literal('postgres-password'), target: PostgresPasswordTarget }),
  ])
  .refine(({ noticeDays, intervalDays }) => noticeDays < intervalDays, {
    message: 'must be shorter than the interval',
    path: ['noticeDays'],
  });
