import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCsr, encodePem, parseSerial } from '../crypto/index.ts';
import { MunimentError } from '../kernel/index.ts';
import { backoffMilliseconds, pause, pauseUntil } from './backoff.ts';
import { isSilent, type Joined, type ServerClient } from './client.ts';
import { writePrivate } from './files.ts';
import type { Log } from './log.ts';
import { waitAskedBy } from './model.ts';

const FILE = 'identity.json';
const RETRY_FIRST_MILLISECONDS = 1000;
const RETRY_MAX_MILLISECONDS = 60_000;
const RENEW_PART_MIN = 0.45;
const RENEW_PART_MAX = 0.55;

/** The agent's own identity, as its folder keeps it. */
export interface AgentIdentity {
  server: string;
  agent: string;
  instance: string;
  name: string;
  trustDomain: string;
  /** PEM: PKCS #8, and the chain with the leaf first. */
  key: string;
  certificate: string;
}

/** The log's size once it held the entry of this certificate, as text: whatever was locked since then concerns us. */
export function sizeAtIssue({ certificate }: Pick<AgentIdentity, 'certificate'>): string {
  const entry = parseSerial(new X509Certificate(certificate).serialNumber)?.index;
  return entry === undefined ? '' : String(entry + 1);
}

/** When the certificate begins and ends, milliseconds since 1970. */
export function validityOf({ certificate }: Pick<AgentIdentity, 'certificate'>): {
  from: number;
  to: number;
} {
  const leaf = new X509Certificate(certificate);
  return { from: leaf.validFromDate.getTime(), to: leaf.validToDate.getTime() };
}

/** Undefined where the agent never joined. Throws `data_damaged` for a file that cannot be read as one. */
export function loadIdentity(folder: string): AgentIdentity | undefined {
  const path = join(folder, FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new MunimentError('data_damaged', `\`${path}\` cannot be read`, { cause });
  }
  try {
    const identity = JSON.parse(text) as AgentIdentity;
    validityOf(identity);
    createPrivateKey(identity.key);
    return identity;
  } catch (cause) {
    throw new MunimentError('data_damaged', `\`${path}\` is damaged`, { cause });
  }
}

const saveIdentity = (folder: string, identity: AgentIdentity): void =>
  writePrivate(join(folder, FILE), `${JSON.stringify(identity, null, 2)}\n`);

const newKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString();

const csrOf = (key: string): string => encodePem(createCsr(createPrivateKey(key)), 'CERTIFICATE REQUEST');

export interface JoinOptions {
  folder: string;
  server: string;
  name: string;
  token: string;
  client: Pick<ServerClient, 'join'>;
  log: Log;
  signal: AbortSignal;
}

/**
 * Joins with a one-time token, and waits for a server that is not up yet. A token that was used, is late or is none gets
 * `join_refused`: a new one is needed, and that is the only way back for an agent whose credentials have ended.
 */
export async function joinServer(options: JoinOptions): Promise<AgentIdentity> {
  const { folder, server, name, token, client } = options;
  const key = newKey();
  const joined = await untilAnswered(() => client.join(token, name, csrOf(key)), options);
  const { agent, instance, trustDomain, certificate } = joined;
  const identity = { server, agent, instance, name, trustDomain, key, certificate };
  checkPair(identity);
  saveIdentity(folder, identity);
  return identity;
}

async function untilAnswered(ask: () => Promise<Joined>, { log, signal }: JoinOptions): Promise<Joined> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isSilent(error) || signal.aborted) throw error;
      log.warn({ reason: (error as Error).message }, 'waiting for the server');
      await pause(waitAfter(error, attempt), signal);
    }
  }
}

/** Growing, and at least what the server asked for. */
const waitAfter = (error: unknown, attempt: number): number =>
  Math.max(
    backoffMilliseconds(attempt, RETRY_FIRST_MILLISECONDS, RETRY_MAX_MILLISECONDS),
    waitAskedBy(error),
  );

function checkPair({ key, certificate }: AgentIdentity): void {
  if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    throw new MunimentError('invalid_key', 'the server certified another key than ours');
  }
}

export interface KeepFreshOptions {
  folder: string;
  identity: AgentIdentity;
  client: Pick<ServerClient, 'renew'>;
  log: Log;
  signal: AbortSignal;
  onRenewed(identity: AgentIdentity): void;
}

/**
 * Renews at half of life, give or take a twentieth, and goes on trying while the server is away. Resolves when stopped;
 * throws `join_refused` once the credentials have ended.
 */
export async function keepFresh(options: KeepFreshOptions): Promise<void> {
  const { folder, log, signal, onRenewed } = options;
  let { identity } = options;
  while (!signal.aborted) {
    await pauseUntil(renewalPointOf(identity), signal);
    const renewed = await renewBeforeEnd(identity, options);
    if (renewed === undefined) return;
    identity = { ...identity, ...renewed };
    checkPair(identity);
    saveIdentity(folder, identity);
    onRenewed(identity);
    log.info({ until: new Date(validityOf(identity).to).toISOString() }, "renewed the agent's certificate");
  }
}

/** A certificate over a new key; undefined when stopped. A refusal may be of a moment too (a suspended owner comes back), so it is tried again as well. */
async function renewBeforeEnd(
  identity: AgentIdentity,
  { client, log, signal }: KeepFreshOptions,
): Promise<Pick<AgentIdentity, 'key' | 'certificate'> | undefined> {
  const key = newKey();
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const left = validityOf(identity).to - Date.now();
    if (left <= 0) {
      throw new MunimentError(
        'join_refused',
        "the agent's credentials have ended; join again with a new token",
      );
    }
    try {
      return { key, certificate: (await client.renew(csrOf(key))).certificate };
    } catch (error) {
      log.warn({ reason: (error as Error).message }, "could not renew the agent's certificate");
      await pause(Math.min(waitAfter(error, attempt), left), signal);
    }
  }
  return undefined;
}

function renewalPointOf(identity: AgentIdentity): number {
  const { from, to } = validityOf(identity);
  return from + (to - from) * (RENEW_PART_MIN + Math.random() * (RENEW_PART_MAX - RENEW_PART_MIN));
}
