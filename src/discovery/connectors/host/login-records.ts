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
export function parseJournal(lines: string): JournalLogin[] {
  const newest = new Map<string, JournalLogin>();
  for (const line of lines.split('\n')) {
    const login = parseJournalLine(line);
    if (login === undefined) continue;
    const key = `${login.account}/${login.method}/${login.fingerprint}`;
    const known = newest.get(key);
    if (known === undefined || known.at < login.at) newest.set(key, login);
  }
  return [...newest.values()];
}

function parseJournalLine(line: string): JournalLogin | undefined {
  try {
    const record = JSON.parse(line) as { MESSAGE?: unknown; __REALTIME_TIMESTAMP?: unknown };
    const match = ACCEPTED.exec(String(record.MESSAGE));
    const at = new Date(Number(record.__REALTIME_TIMESTAMP) / 1000);
    if (match === null || Number.isNaN(at.getTime())) return undefined;
    return { method: match[1] ?? '', account: match[2] ?? '', fingerprint: match[3] ?? '', at };
  } catch {
    return undefined;
  }
}
