import { execFile } from 'node:child_process';
import type { DeniedRange } from '#verifier';
import { Reader } from '../../files/reader.ts';
import type { Account } from './account.ts';
import { type JournalLogin, lastLogin, newestOf, parseAuthLog, parseJournal } from './login-records.ts';

const JOURNAL_DAYS = 30;
const JOURNAL_MAX_LINES = 10_000;
const JOURNAL_TIMEOUT_MS = 10_000;
const JOURNAL_MAX_BYTES = 16 * 1024 * 1024;

/** What the host's logs tell, read once for a sweep. */
export interface Logs {
  /** undefined where there is none. */
  lastlog: Buffer | undefined;
  logins: JournalLogin[];
  /** Units and uids that the journal mentions at all; null where it could not be read. */
  units: ReadonlySet<string> | null;
  uids: ReadonlySet<string> | null;
  /** Accounts that an authentication log mentions; null where there is none. */
  names: ReadonlySet<string> | null;
  calls: number;
  denied: DeniedRange[];
  errors: Reader['errors'];
}

type JournalAnswer = { text: string } | { denied: string };

/** Without the right to, journalctl answers with nothing and a hint, which is a denial and never an empty journal. */
const HINTS: Array<[RegExp, string]> = [
  [/insufficient permissions|not seeing messages/i, 'no permission'],
  [/no journal files were (?:found|opened)/i, 'no journal on this host'],
];

function deniedBy(error: { code?: string | number | null } | null, hints: string): string | undefined {
  const hint = HINTS.find(([pattern]) => pattern.test(hints));
  if (hint !== undefined) return hint[1];
  if (error === null) return undefined;
  return error.code === 'ENOENT' ? 'no journal on this host' : 'journalctl failed';
}

/** Reads the journal, never follows it. */
function journal(args: string[]): Promise<JournalAnswer> {
  const options = {
    timeout: JOURNAL_TIMEOUT_MS,
    maxBuffer: JOURNAL_MAX_BYTES,
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  };
  return new Promise((resolve) => {
    execFile('journalctl', args, options, (error, stdout, stderr) => {
      const denied = deniedBy(error, stderr);
      resolve(denied === undefined ? { text: stdout } : { denied });
    });
  });
}

const LOGINS = [
  '--output=json',
  // Anyone may write under the name of sshd; only root under root's uid.
  '_UID=0',
  'SYSLOG_IDENTIFIER=sshd',
  'SYSLOG_IDENTIFIER=sshd-session',
  `--since=-${JOURNAL_DAYS}d`,
  `--lines=${JOURNAL_MAX_LINES}`,
];

/** A journal that mentions nobody at all tells of nobody: null, as for one that could not be read. */
function words(answer: JournalAnswer | undefined): ReadonlySet<string> | null {
  const found =
    answer === undefined || 'denied' in answer ? [] : answer.text.split('\n').filter((line) => line !== '');
  return found.length === 0 ? null : new Set(found);
}

/** Debian's name and the others'. */
const AUTH_LOGS = ['/var/log/auth.log', '/var/log/secure'];
/** The end of a long one: what was used lately. */
const AUTH_LOG_MAX_BYTES = 8 * 1024 * 1024;

async function readAuthLogs(reader: Reader, now: Date): Promise<Pick<Logs, 'logins' | 'names'>> {
  const logins: JournalLogin[] = [];
  let names: Set<string> | null = null;
  for (const path of AUTH_LOGS) {
    const text = (await reader.bytes(path))?.subarray(-AUTH_LOG_MAX_BYTES).toString('utf8');
    if (!text) continue;
    const read = parseAuthLog(text, now);
    logins.push(...read.logins);
    names = new Set([...(names ?? []), ...read.names]);
  }
  return { logins, names };
}

/** `live`: false where another root than the machine's own is read; then there is no journal to ask. */
export async function readLogs(root: string, live: boolean, now: Date): Promise<Logs> {
  const reader = new Reader(root);
  const records = await reader.bytes('/var/log/lastlog');
  const written = await readAuthLogs(reader, now);
  const journals = live ? await readJournals(reader) : { logins: [], units: null, uids: null };
  return {
    ...journals,
    // An empty one is never written to on this host: it tells of nobody.
    lastlog: records?.length === 0 ? undefined : records,
    logins: newestOf([...written.logins, ...journals.logins]),
    names: written.names,
    calls: reader.calls,
    denied: reader.denied,
    errors: reader.errors,
  };
}

async function readJournals(reader: Reader): Promise<Pick<Logs, 'logins' | 'units' | 'uids'>> {
  const asked = [LOGINS, ['--field=_SYSTEMD_UNIT'], ['--field=_UID']];
  reader.calls += asked.length;
  const [logins, units, uids] = await Promise.all(asked.map(journal));
  const denial = [logins, units, uids].find((answer) => answer !== undefined && 'denied' in answer);
  if (denial !== undefined && 'denied' in denial) reader.denied.push({ what: 'journal', why: denial.denied });
  return {
    logins: logins === undefined || 'denied' in logins ? [] : parseJournal(logins.text),
    units: words(units),
    uids: words(uids),
  };
}

/** Whether any log mentions the account; null where none that would was read. */
export function traceOfAccount(logs: Logs, account: Account): boolean | null {
  if (logs.lastlog === undefined && logs.uids === null && logs.names === null) return null;
  const seen = logs.lastlog !== undefined && lastLogin(logs.lastlog, account.uid) !== null;
  return seen || logs.uids?.has(String(account.uid)) === true || logs.names?.has(account.name) === true;
}

export const traceOfUnit = (logs: Logs, unit: string): boolean | null => logs.units?.has(unit) ?? null;

/** When a key was last used to log in, RFC 3339, as far as the journal reaches. */
export const lastUseOfKey = (logs: Logs, fingerprint: string | undefined): string | null =>
  logs.logins
    .filter((login) => login.fingerprint !== '' && login.fingerprint === fingerprint)
    .map(({ at }) => at.toISOString())
    .sort()
    .at(-1) ?? null;
