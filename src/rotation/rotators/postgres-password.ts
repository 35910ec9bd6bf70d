import { createHmac, randomBytes } from 'node:crypto';
import type { PostgresPasswordTarget, RotationSpec } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { Outcome, Rotator, Stage } from '../contract.ts';
import { readHeld, replaceHeld } from '../files.ts';
import { readPassword, withPassword } from '../password-file.ts';
import { scramVerifier } from '../scram.ts';
import { alterPassword, tryPassword, watchSessions } from './queries.ts';

type Spec = Extract<RotationSpec, { rotator: 'postgres-password' }>;

const PASSWORD_BYTES = 32;
const SALT_BYTES = 16;
const FINGERPRINT_BYTES = 16;
/** A session may be short: it is looked for in bursts. */
const BURST = { forMilliseconds: 1_500, everyMilliseconds: 25 };
/** Nobody but the owner may read what opens an administrator's session. */
const OTHERS = 0o077;

const done = (detail: string, marks?: Record<string, string>): Outcome =>
  marks === undefined ? { state: 'done', detail } : { state: 'done', detail, marks };

async function connectionOf({ connection: { file } }: PostgresPasswordTarget): Promise<string> {
  const { content, mode } = await readHeld(file);
  if ((mode & OTHERS) !== 0)
    throw new MunimentError('conflict', `\`${file}\` may be read by others than its owner`);
  return content.toString('utf8').trim();
}

/** Puts `password` in the place of what the file holds, unless it is there already. */
async function placePassword({ spec, secrets, run }: Stage<Spec>, password: string): Promise<void> {
  const { passwordFile } = spec.target;
  const { content } = await readHeld(passwordFile);
  const text = content.toString('latin1');
  const present = readPassword(text, spec.target);
  if (present === password) return;
  if (present !== secrets.old && present !== secrets.new)
    throw new MunimentError('conflict', `\`${passwordFile}\` was changed by somebody else`);
  const after = Buffer.from(withPassword(text, spec.target, password), 'latin1');
  await replaceHeld(passwordFile, content, after, run);
}

async function swap(step: Stage<Spec>): Promise<Outcome> {
  const { spec, secrets } = step;
  const { role, passwordFile } = spec.target;
  const verifier = String(secrets.marks.newVerifier);
  const connection = await connectionOf(spec.target);
  const since = await alterPassword(connection, { role, verifier }, () => placePassword(step, secrets.new));
  const detail = `role \`${role}\` was altered, \`${passwordFile}\` renamed into place, then the statement committed`;
  return done(detail, { ...(secrets.marks as Record<string, string>), since });
}

async function see({ spec, secrets }: Stage<Spec>): Promise<Outcome> {
  const { role } = spec.target;
  const connection = await connectionOf(spec.target);
  const { begun, hidden } = await watchSessions(
    connection,
    { role, since: String(secrets.marks.since) },
    BURST,
  );
  if (begun !== null)
    return done(`a session of \`${role}\` began at ${begun}, when only the new password opens`);
  if (hidden > 0)
    throw new MunimentError('conflict', 'sessions of the role are hidden: grant `pg_read_all_stats`');
  return { state: 'waiting', detail: `no session of \`${role}\` since the swap` };
}

async function refuse({ spec, secrets }: Stage<Spec>): Promise<Outcome> {
  const connection = await connectionOf(spec.target);
  const { outcome, detail } = await tryPassword(connection, {
    user: spec.target.role,
    password: secrets.old,
  });
  return outcome === 'refused'
    ? done(`PostgreSQL to the old password: ${detail}`)
    : { state: 'blocked', detail: `PostgreSQL still takes the old password: ${detail}` };
}

/** Where the server asks for no password, a new one would be seen used and the old one never refused. */
async function checkAsked(connection: string, role: string, password: string): Promise<void> {
  const [right, wrong] = [password, randomBytes(PASSWORD_BYTES).toString('base64url')];
  const trial = await tryPassword(connection, { user: role, password: right });
  if (trial.outcome === 'refused')
    throw new MunimentError('conflict', `the password in the consumer's file is refused: ${trial.detail}`);
  if ((await tryPassword(connection, { user: role, password: wrong })).outcome === 'accepted')
    throw new MunimentError('conflict', 'the server takes any password of the role: see its pg_hba.conf');
}

const newVerifier = (password: string): string => scramVerifier(password, randomBytes(SALT_BYTES));

/**
 * One PostgreSQL role and one file that its consumer reads the password from. `fingerprintKey`: so that none can be guessed;
 * `sweptFingerprint`: how a sweep tells of a secret.
 */
export function createPostgresPasswordRotator(
  fingerprintKey: Uint8Array,
  sweptFingerprint: (secret: string) => string,
): Rotator<Spec> {
  const fingerprint = (password: string): string => {
    const digest = createHmac('sha256', fingerprintKey).update(`postgres-password\n${password}`).digest();
    return `HMAC:${digest.subarray(0, FINGERPRINT_BYTES).toString('base64url')}`;
  };
  const passwordIn = async ({ target }: Spec): Promise<string> =>
    readPassword((await readHeld(target.passwordFile)).content.toString('latin1'), target);

  return {
    steps: { swapped: swap, seen: see, refused: refuse },
    inspect: async (spec) => fingerprint(await passwordIn(spec)),
    swept: async (spec) => sweptFingerprint(await passwordIn(spec)),
    async make(spec) {
      const old = await passwordIn(spec);
      await checkAsked(await connectionOf(spec.target), spec.target.role, old);
      const fresh = randomBytes(PASSWORD_BYTES).toString('base64url');
      return {
        old,
        new: fresh,
        oldFingerprint: fingerprint(old),
        newFingerprint: fingerprint(fresh),
        marks: { newVerifier: newVerifier(fresh) },
      };
    },
    async undo(step) {
      const { spec, secrets } = step;
      const { role } = spec.target;
      const verifier = newVerifier(secrets.old);
      const connection = await connectionOf(spec.target);
      await alterPassword(connection, { role, verifier }, () => placePassword(step, secrets.old));
    },
    describe: ({ target: { role, passwordFile, connection }, graceHours }) => [
      {
        phase: 'made',
        what: `see that the server asks role ${role} for its password, and make another, sealed`,
      },
      {
        phase: 'swapped',
        what: `alter the role's verifier by way of ${connection.file}, put the new password in the place of ${passwordFile} by a rename, then commit (one role has one password: there is no overlap)`,
      },
      {
        phase: 'seen',
        what: `wait, at most ${graceHours} h, until pg_stat_activity shows a session since then`,
      },
      { phase: 'refused', what: 'try the old password, and see it refused (28P01)' },
    ],
  };
}
