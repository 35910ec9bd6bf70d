/** `struct lastlog` on Linux: 32-bit time, 32 bytes of line, 256 of host. */
const LASTLOG_RECORD_BYTES = 292;

/** Last login by uid. A record of zeros means never. */
export function lastLogin(lastlog: Buffer, uid: number): Date | null {
  const offset = uid * LASTLOG_RECORD_BYTES;
  if (offset + LASTLOG_RECORD_BYTES > lastlog.length) return null;
  const seconds = lastlog.readUInt32LE(offset);
  return seconds === 0 ? null : new Date(seconds * 1000);
}

export interface JournalLogin {
  account: string;
  method: string;
  fingerprint: string;
  at: Date;
}

const ACCEPTED = /^Accepted (\S+) for (\S+) from \S+ port \d+ ssh2(?:: \S+ (SHA256:\S+))?/;

/** sshd's `Accepted …` messages out of `journalctl -o json`; the newest for each account, method and key. */
export const parseJournal = (lines: string): JournalLogin[] =>
  newestOf(lines.split('\n').flatMap((line) => parseJournalLine(line) ?? []));

/** The newest login for each account, method and key. */
export function newestOf(logins: JournalLogin[]): JournalLogin[] {
  const newest = new Map<string, JournalLogin>();
  for (const login of logins) {
    const key = `${login.account}/${login.method}/${login.fingerprint}`;
    const known = newest.get(key);
    if (known === undefined || known.at < login.at) newest.set(key, login);
  }
  return [...newest.values()];
}

function parseJournalLine(line: string): JournalLogin | undefined {
  try {
    const record = JSON.parse(line) as { MESSAGE?: unknown; __REALTIME_TIMESTAMP?: unknown };
    return acceptedLogin(String(record.MESSAGE), new Date(Number(record.__REALTIME_TIMESTAMP) / 1000));
  } catch {
    return undefined;
  }
}

function acceptedLogin(message: string, at: Date): JournalLogin | undefined {
  const match = ACCEPTED.exec(message);
  if (match === null || Number.isNaN(at.getTime())) return undefined;
  return { method: match[1] ?? '', account: match[2] ?? '', fingerprint: match[3] ?? '', at };
}

const SYSLOG = /^(\d{4}-\d\d-\d\dT\S+|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S+ ([\w-]+)(?:\[\d+\])?: (.*)$/;
const SESSION = /session opened for user ([^\s(]+)/;

/** RFC 3339, or RFC 3164's form without a year or zone: this host's own time, in the last year that is not in the future. */
function timeOf(text: string, now: Date): Date {
  if (/^\d{4}-/.test(text)) return new Date(text);
  const at = new Date(`${text} ${now.getFullYear()}`);
  return at > now ? new Date(`${text} ${now.getFullYear() - 1}`) : at;
}

/** What auth.log or secure tells: logins over SSH, and every account that a session was opened for. */
export function parseAuthLog(text: string, now: Date): { logins: JournalLogin[]; names: Set<string> } {
  const logins: JournalLogin[] = [];
  const names = new Set<string>();
  for (const line of text.split('\n')) {
    const [, time = '', program = '', message = ''] = SYSLOG.exec(line) ?? [];
    const login = /^sshd/.test(program) ? acceptedLogin(message, timeOf(time, now)) : undefined;
    if (login !== undefined) logins.push(login);
    const name = login?.account ?? SESSION.exec(message)?.[1];
    if (name !== undefined) names.add(name);
  }
  return { logins: newestOf(logins), names };
}
