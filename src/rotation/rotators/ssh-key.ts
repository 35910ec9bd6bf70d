import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { RotationSpec } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import { authoriseBeside, isAuthorised, withoutKey } from '../authorized-keys.ts';
import type { Outcome, Rotator, RunSecrets, Stage } from '../contract.ts';
import { readHeld, replaceHeld, stage, stagedPath } from '../files.ts';
import { fingerprint, makeSshKey, type PublicKey } from '../openssh-key.ts';
import { type Login, readLogins } from '../server-log.ts';
import { publicKeyOf, tryKey, tryKeyFile } from '../ssh-client.ts';
import { placePublicKey } from './public-key-file.ts';

type Spec = Extract<RotationSpec, { rotator: 'ssh-key' }>;

const LOG_LAG_MILLISECONDS = 5_000;
const LOG_LOOK_MILLISECONDS = 50;
const HOUR_MILLISECONDS = 3_600_000;

const done = (detail: string, marks?: RunSecrets['marks']): Outcome =>
  marks === undefined ? { state: 'done', detail } : { state: 'done', detail, marks };

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

const markedKey = ({ secrets: { marks } }: Stage<Spec>, which: 'old' | 'new'): PublicKey => ({
  type: String(marks[`${which}Type`]),
  blob: String(marks[`${which}Blob`]),
});

/** Rewrites `authorized_keys` by a pure edit; one that changes nothing writes nothing. */
async function edit({ spec, run }: Stage<Spec>, change: (text: string) => string): Promise<void> {
  const path = spec.target.authorizedKeys;
  const { content } = await readHeld(path);
  const after = bytes(change(content.toString('latin1')));
  if (!after.equals(content)) await replaceHeld(path, content, after, run);
}

/** Adds the line and tries it, before any consumer depends on it. */
async function authorise(step: Stage<Spec>): Promise<Outcome> {
  const { spec, secrets, run } = step;
  const [old, fresh] = [markedKey(step, 'old'), markedKey(step, 'new')];
  await edit(step, (text) => {
    if (!isAuthorised(text, old) && !isAuthorised(text, fresh))
      throw new MunimentError('conflict', `\`${spec.target.authorizedKeys}\` does not hold the old key`);
    return authoriseBeside(text, old, fresh);
  });
  // The file that will take the consumer's place: the new key is at rest in no other.
  const keyFile = await stage(spec.target.keyFile, bytes(secrets.new), run);
  const { outcome, detail } = await tryKeyFile(spec.target, keyFile);
  if (outcome === 'refused')
    throw new MunimentError('conflict', `the server does not take the new key: ${detail}`);
  const own = await ownLogins(step);
  return done(`authorised beside the old one, and tried: ${detail}`, { ...secrets.marks, own });
}

const loginsBy = (logins: readonly Login[], { spec }: Stage<Spec>, by: string): Login[] =>
  logins.filter(({ account, fingerprint }) => account === spec.target.account && fingerprint === by);

/**
 * Our own trials with the new key, as the log has them: nobody else has it yet. That they show proves, too, that this is the
 * log in which the consumer will show.
 */
async function ownLogins(step: Stage<Spec>): Promise<string[]> {
  const deadline = performance.now() + LOG_LAG_MILLISECONDS;
  for (;;) {
    const own = loginsBy(await readLogins(step.spec.target.log), step, step.secrets.newFingerprint);
    if (own.length > 0) return own.map(({ connection }) => connection);
    if (performance.now() > deadline)
      throw new MunimentError('conflict', "the server's log does not show our own trial of the new key");
    await pause(LOG_LOOK_MILLISECONDS);
  }
}

async function swap(step: Stage<Spec>): Promise<Outcome> {
  const { spec, secrets, run } = step;
  const { keyFile } = spec.target;
  const { content } = await readHeld(keyFile);
  if (!content.equals(bytes(secrets.new))) {
    if (!content.equals(bytes(secrets.old)))
      throw new MunimentError('conflict', `\`${keyFile}\` was changed by somebody else`);
    await placePublicKey(keyFile, null, run);
    await replaceHeld(keyFile, content, bytes(secrets.new), run);
  }
  await placePublicKey(keyFile, markedKey(step, 'new'), run);
  return done(`\`${keyFile}\` holds the new key, with its mode and owner as before`);
}

/** The consumer was seen, and nobody with the old key since: another one that shares it would be cut off. */
async function see(step: Stage<Spec>): Promise<Outcome> {
  const { secrets, spec, now } = step;
  const logins = await readLogins(spec.target.log);
  const own = new Set(secrets.marks.own);
  const isConsumer = ({ connection }: Login) => !own.has(connection);
  const seen = loginsBy(logins, step, secrets.newFingerprint).find(isConsumer);
  if (seen === undefined) return { state: 'waiting', detail: 'no login with the new key yet' };
  const after = logins.slice(logins.indexOf(seen));
  const straggler = loginsBy(after, step, secrets.oldFingerprint).at(-1);
  if (straggler !== undefined && !isQuiet(step, straggler)) {
    const { connection } = straggler;
    const since = secrets.marks.straggler === connection ? secrets.marks.since : now.toISOString();
    const marks = { ...secrets.marks, straggler: connection, since: String(since) };
    return { state: 'waiting', detail: `somebody still uses the old key: from ${connection}`, marks };
  }
  return done(`the server's log: accepted for ${seen.account} from ${seen.connection}`);
}

/** Half of the grace without a login by the old key. */
function isQuiet({ secrets: { marks }, spec, now }: Stage<Spec>, { connection }: Login): boolean {
  if (marks.straggler !== connection) return false;
  const quiet = now.getTime() - Date.parse(String(marks.since));
  return quiet >= (spec.graceHours * HOUR_MILLISECONDS) / 2;
}

async function remove(step: Stage<Spec>): Promise<Outcome> {
  const fresh = markedKey(step, 'new');
  await edit(step, (text) => {
    // Whoever took the new line out meant something by it: nothing would be left that opens.
    if (!isAuthorised(text, fresh))
      throw new MunimentError('conflict', `\`${step.spec.target.authorizedKeys}\` does not hold the new key`);
    return withoutKey(text, markedKey(step, 'old'));
  });
  return done(`\`${step.spec.target.authorizedKeys}\` does not hold the old key any more`);
}

async function refuse({ spec, secrets }: Stage<Spec>): Promise<Outcome> {
  const { outcome, detail } = await tryKey(spec.target, secrets.old);
  return outcome === 'refused'
    ? done(`the server to the old key: ${detail}`)
    : { state: 'blocked', detail: `the server still takes the old key: ${detail}` };
}

async function undo(step: Stage<Spec>): Promise<void> {
  const { spec, secrets, run } = step;
  const { keyFile, authorizedKeys } = spec.target;
  await rm(stagedPath(keyFile, run), { force: true });
  const { content } = await readHeld(keyFile);
  if (content.equals(bytes(secrets.new))) {
    const authorised = (await readHeld(authorizedKeys)).content.toString('latin1');
    // Putting back a key that nobody takes any more would cut the consumer off.
    if (!isAuthorised(authorised, markedKey(step, 'old')))
      throw new MunimentError('conflict', `\`${authorizedKeys}\` does not hold the old key`);
    await placePublicKey(keyFile, null, run);
    await replaceHeld(keyFile, content, bytes(secrets.old), run);
    await placePublicKey(keyFile, markedKey(step, 'old'), run);
  }
  await edit(step, (text) => withoutKey(text, markedKey(step, 'new')));
}

async function inspect({ target: { keyFile } }: Spec): Promise<string> {
  await readHeld(keyFile);
  return fingerprint(await publicKeyOf(keyFile));
}

/** A key file of this host, an account whose `authorized_keys` is here too, and the log of its server. */
export const createSshKeyRotator = (): Rotator<Spec> => ({
  inspect,
  swept: inspect,
  steps: { authorised: authorise, swapped: swap, seen: see, removed: remove, refused: refuse },
  undo,
  async make({ target }, run) {
    const { content } = await readHeld(target.keyFile);
    const old = await publicKeyOf(target.keyFile);
    const { privateKey, publicKey } = makeSshKey(run);
    return {
      old: content.toString('latin1'),
      new: privateKey,
      oldFingerprint: fingerprint(old),
      newFingerprint: fingerprint(publicKey),
      marks: { oldType: old.type, oldBlob: old.blob, newType: publicKey.type, newBlob: publicKey.blob },
    };
  },
  describe({ target: { keyFile, account, host, port, authorizedKeys, log }, graceHours }) {
    const where = `${account}@${host}:${port}`;
    const told = 'file' in log ? log.file : `the journal of ${log.journal}`;
    return [
      { phase: 'made', what: 'make an Ed25519 key, sealed until it is in place' },
      { phase: 'authorised', what: `add it to ${authorizedKeys} beside the old one, and try it at ${where}` },
      { phase: 'swapped', what: `put it in the place of ${keyFile} by a rename, mode and owner kept` },
      { phase: 'seen', what: `wait, at most ${graceHours} h, until ${told} shows a login with it` },
      { phase: 'removed', what: `remove the old key from ${authorizedKeys}` },
      { phase: 'refused', what: `try the old key at ${where}, and see it refused` },
    ];
  },
});
