import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { DeniedRange } from '#verifier';
import type { Fault } from '../../contract.ts';
import { asSourceError, SourceError } from '../../source-error.ts';

/** What the audit log of an API server tells of uses: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/. */

const LOG_FILE = /\.(?:log|json|jsonl)(?:\.gz)?$/;
/** Of all files as they lie on the disk; the newest are read first. */
const LOG_MAX_BYTES = 4 * 1024 ** 3;
/** Users, credentials and makings of tokens that are told of. */
const TOLD_MAX = 50_000;
const HTTP_CREATED = 201;
const HTTP_UNAUTHORIZED = 401;
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';
const ISSUED_ID = 'authentication.kubernetes.io/issued-credential-id';
const NODE_USER = 'system:node:';

export interface Use {
  user: string;
  /** As the log calls it, `JTI=…` or `X509SHA256=…`; null where it names none. */
  credential: string | null;
  groups: string[];
  last: string;
  from: string | null;
}

/** Somebody asked for a token of a service account and got it. Kubelets, which do so for each pod, are passed over. */
export interface Making {
  event: string;
  at: string;
  by: string;
  namespace: string;
  name: string;
  credential: string | null;
  expires: string | null;
}

export interface AuditLog {
  /** First moment that the log tells of. */
  since: string | null;
  /** By user and credential. */
  uses: Map<string, Use>;
  /** By credential, or by the event where the log names none. */
  makings: Map<string, Making>;
  denied: DeniedRange[];
  errors: Fault[];
}

interface Event {
  stage?: string;
  auditID?: string;
  stageTimestamp?: string;
  verb?: string;
  user?: { username?: string; groups?: string[]; extra?: Record<string, string[]> };
  sourceIPs?: string[];
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  responseObject?: { status?: { expirationTimestamp?: string } };
  annotations?: Record<string, string>;
}

const emptyLog = (): AuditLog => ({
  since: null,
  uses: new Map(),
  makings: new Map(),
  denied: [],
  errors: [],
});

const tellOnce = (faults: Fault[], what: string, why: string): void => {
  if (!faults.some((fault) => fault.what === what && fault.why === why)) faults.push({ what, why });
};

/** Puts a use where it belongs, if it is later than what is known. */
function keepUse(log: AuditLog, key: string, use: Use): void {
  const before = log.uses.get(key);
  if (before !== undefined && before.last >= use.last) return;
  const isFull = before === undefined && log.uses.size >= TOLD_MAX;
  if (isFull) tellOnce(log.denied, 'users in the audit log', `more than ${TOLD_MAX}`);
  else log.uses.set(key, use);
}

/** Tokens of pods change by the hour and are not told one by one; a token that somebody asked for is, and so is a certificate. */
const isTold = (log: AuditLog, credential: string): boolean =>
  credential.startsWith('X509SHA256=') || log.makings.has(credential);

function takeUse(log: AuditLog, event: Event, at: string, user: string): void {
  const use = { user, groups: event.user?.groups ?? [], last: at, from: event.sourceIPs?.[0] ?? null };
  const credential = event.user?.extra?.[CREDENTIAL_ID]?.[0];
  keepUse(log, user, { ...use, credential: null });
  if (credential !== undefined && isTold(log, credential))
    keepUse(log, `${user}\n${credential}`, { ...use, credential });
}

const isMaking = ({ verb, objectRef, responseStatus }: Event): boolean =>
  verb === 'create' &&
  objectRef?.resource === 'serviceaccounts' &&
  objectRef.subresource === 'token' &&
  responseStatus?.code === HTTP_CREATED;

function takeMaking(log: AuditLog, event: Event, at: string, by: string): void {
  if (!isMaking(event) || by.startsWith(NODE_USER)) return;
  const { auditID = '', objectRef, annotations, responseObject } = event;
  if (log.makings.size >= TOLD_MAX) {
    tellOnce(log.denied, 'tokens made, in the audit log', `more than ${TOLD_MAX}`);
    return;
  }
  const credential = annotations?.[ISSUED_ID] ?? null;
  log.makings.set(credential ?? auditID, {
    event: auditID,
    at,
    by,
    namespace: objectRef?.namespace ?? '',
    name: objectRef?.name ?? '',
    credential,
    expires: responseObject?.status?.expirationTimestamp ?? null,
  });
}

/** One line. Refused logins are no use, and an event that goes on has a later line. */
function takeEvent(log: AuditLog, event: Event): void {
  const { stage, stageTimestamp: at, user, responseStatus } = event;
  if (typeof at !== 'string') throw new SyntaxError('no moment');
  if (log.since === null || at < log.since) log.since = at;
  if (stage !== 'ResponseComplete' || responseStatus?.code === HTTP_UNAUTHORIZED) return;
  if (user?.username === undefined) return;
  takeMaking(log, event, at, user.username);
  takeUse(log, event, at, user.username);
}

/** The last line of a file that is being written may be half there. */
async function takeFile(log: AuditLog, path: string, name: string, signal: AbortSignal): Promise<void> {
  const file: Readable = createReadStream(path, { signal });
  const input = name.endsWith('.gz') ? file.compose(createGunzip()) : file;
  let broken = false;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (broken) tellOnce(log.errors, name, 'a line is no event');
    broken = false;
    if (line.trim() === '') continue;
    try {
      takeEvent(log, JSON.parse(line));
    } catch {
      broken = true;
    }
  }
}

interface LogFile {
  name: string;
  bytes: number;
  written: number;
}

async function filesOf(folder: string): Promise<LogFile[]> {
  const names = (await readdir(folder)).filter((name) => LOG_FILE.test(name));
  return Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { name, bytes: size, written: mtimeMs };
    }),
  );
}

/** The newest files that fit, oldest first: a token is made before it is used. */
function withinLimit(files: LogFile[], log: AuditLog): LogFile[] {
  let left = LOG_MAX_BYTES;
  const newest = files.sort((a, b) => b.written - a.written || (a.name < b.name ? -1 : 1));
  const kept = newest.filter(({ bytes }) => {
    left -= bytes;
    return left >= 0;
  });
  if (kept.length < files.length)
    tellOnce(log.denied, 'older files of the audit log', `more than ${LOG_MAX_BYTES} bytes`);
  return kept.reverse();
}

/**
 * Reads the log files of a folder (`.log`, `.json`, `.jsonl`, also `.gz`).
 * @throws SourceError where there is no log to read
 */
export async function readAuditLog(folder: string, signal: AbortSignal): Promise<AuditLog> {
  const log = emptyLog();
  const files = withinLimit(await attempt(() => filesOf(folder)), log);
  if (files.length === 0) throw new SourceError('failed', 'no audit log in the folder');
  for (const { name } of files) await attempt(() => takeFile(log, join(folder, name), name, signal));
  return log;
}

/** What may not be read is refused; all else has failed. */
async function attempt<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EACCES' || code === 'EPERM')
      throw new SourceError('denied', 'the audit log may not be read');
    throw asSourceError(error);
  }
}
