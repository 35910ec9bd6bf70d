import { setTimeout as pause } from 'node:timers/promises';
import type { Client, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import type { Opening } from '../../contract.ts';
import type { HostAddress } from '../../formats/known-hosts.ts';
import { factsOfBlob, type PublicKeyFacts } from '../../formats/ssh-keys.ts';
import { SourceError } from '../../source-error.ts';

/** One handshake shows one key, so each type is asked for on its own. */
export const KEY_TYPES: ServerHostKeyAlgorithm[][] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
];

export type Verdict = 'proceed' | SourceError;

export interface Handshake {
  address: HostAddress;
  types: ServerHostKeyAlgorithm[];
  /** Asked before the host has proved that it holds the key, and before anything but the key exchange is sent. */
  judge(key: PublicKeyFacts): Verdict;
  /** Without it the connection ends when the host has proved its key. */
  login?: { username: string; privateKey: string; passphrase?: string };
}

const hasNoSuchKey = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('no matching host key format');

const levelOf = (error: unknown): string | undefined =>
  (error as { level?: string } | null)?.level ?? undefined;

/** ssh2's errors in our words; those of the socket keep their code. */
export function asSshError(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const level = levelOf(error);
  if (level === 'client-authentication') return new SourceError('denied', 'the login is not accepted');
  if (level === 'client-timeout') return new SourceError('failed', 'no answer in time');
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (level === 'client-socket' && typeof code === 'string' && /^E[A-Z]+$/.test(code))
    return new SourceError('failed', code);
  return new SourceError(
    'failed',
    level === 'protocol' ? 'the connection broke off' : 'the handshake failed',
  );
}

/** A read that may go well the next time. */
const mayPass = ({ kind, message }: SourceError): boolean =>
  kind === 'failed' && /^(?:ECONN|EPIPE|ETIMEDOUT|no answer|the connection broke)/.test(message);

interface Outcome {
  key: PublicKeyFacts;
  /** Logged in; absent where no login was asked for. */
  client?: Client;
}

function config(shake: Handshake, limits: Opening['limits'], seen: (blob: Buffer) => boolean): ConnectConfig {
  return {
    host: shake.address.host,
    port: shake.address.port,
    username: shake.login?.username ?? 'nobody',
    readyTimeout: limits.requestMilliseconds,
    algorithms: { serverHostKey: shake.types },
    hostVerifier: seen,
    ...(shake.login === undefined
      ? { authHandler: [] }
      : { privateKey: shake.login.privateKey, authHandler: ['publickey'] }),
    ...(shake.login?.passphrase === undefined ? {} : { passphrase: shake.login.passphrase }),
  };
}

/** One connection. `undefined` where the host has no key of these types. */
async function once(shake: Handshake, opening: Opening): Promise<Outcome | undefined> {
  const { Client: SshClient } = await import('ssh2').then((module) => module.default);
  const client = new SshClient();
  let key: PublicKeyFacts | undefined;
  let refusal: SourceError | undefined;
  const seen = (blob: Buffer): boolean => {
    key = factsOfBlob(blob);
    const verdict = key === undefined ? new SourceError('failed', 'presents no key') : shake.judge(key);
    if (verdict !== 'proceed') refusal = verdict;
    return verdict === 'proceed';
  };
  try {
    await connected(client, config(shake, opening.limits, seen), opening.signal);
    return { key: key as PublicKeyFacts, client };
  } catch (error) {
    client.destroy();
    if (opening.signal.aborted) throw new SourceError('cancelled', 'cancelled');
    if (refusal !== undefined) throw refusal;
    if (hasNoSuchKey(error)) return undefined;
    // Authentication begins when the host has signed with its key: it has it.
    if (shake.login === undefined && key !== undefined && levelOf(error) === 'client-authentication')
      return { key };
    throw asSshError(error);
  }
}

function connected(client: Client, settings: ConnectConfig, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => client.destroy();
    signal.addEventListener('abort', abort, { once: true });
    client.once('ready', resolve);
    client.once('connect', () => client.setNoDelay(true));
    // Stays: an error that comes later than the first has nobody else to hear it.
    client.on('error', reject);
    client.once('close', () => {
      signal.removeEventListener('abort', abort);
      reject(new SourceError('failed', 'the connection broke off'));
    });
    try {
      client.connect(settings);
    } catch {
      // Thrown before anything is sent, for a private key that cannot be read.
      reject(
        new SourceError(
          'failed',
          'the private key cannot be used: of no known form, or its passphrase is wrong',
        ),
      );
    }
  });
}

export interface Shaken {
  outcome: Outcome | undefined;
  calls: number;
}

/** @throws SourceError `denied` for a login that is not accepted, `failed` for whatever did not come about, or what `judge` said */
export async function shakeHands(shake: Handshake, opening: Opening): Promise<Shaken> {
  const { tries, backoffMilliseconds } = opening.limits;
  for (let calls = 1; ; calls += 1) {
    try {
      return { outcome: await once(shake, opening), calls };
    } catch (error) {
      if (!(error instanceof SourceError) || !mayPass(error) || calls >= tries) throw error;
      await pause(backoffMilliseconds * 2 ** (calls - 1));
    }
  }
}
