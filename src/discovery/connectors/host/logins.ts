import { execFile } from 'node:child_process';
import type { Observed } from '../../connector.ts';
import type { Account } from './accounts.ts';
import { maybePersonal } from './personal.ts';
import type { Reader } from './reader.ts';

/** `struct lastlog` on Linux: 32-bit time, 32 bytes of line, 256 of host. */
const LASTLOG_RECORD_BYTES = 292;
const JOURNAL_DAYS = 30;
const JOURNAL_MAX_LINES = 10_000;
const JOURNAL_TIMEOUT_MS = 10_000;
const JOURNAL_MAX_BYTES = 16 * 1024 * 1024;

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
    if (match === null) return undefined;
    const at = new Date(Number(record.__REALTIME_TIMESTAMP) / 1000);
    return { method: match[1] ?? '', account: match[2] ?? '', fingerprint: match[3] ?? '', at };
  } catch {
    return undefined;
  }
}

type JournalAnswer = { lines: string } | { denied: string };

/** Reads the journal, never follows it. Without the right to, journalctl answers with nothing and a hint, which is a denial. */
function readJournal(): Promise<JournalAnswer> {
  const args = [
    '--quiet',
    '--output=json',
    '--identifier=sshd',
    `--since=-${JOURNAL_DAYS}d`,
    `--lines=${JOURNAL_MAX_LINES}`,
  ];
  const options = {
    timeout: JOURNAL_TIMEOUT_MS,
    maxBuffer: JOURNAL_MAX_BYTES,
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  };
  return new Promise((resolve) => {
    execFile('journalctl', args, options, (error, stdout, stderr) => {
      if (error !== null)
        resolve({
          denied:
            (error as NodeJS.ErrnoException).code === 'ENOENT'
              ? 'no journal on this host'
              : 'journalctl failed',
        });
      else if (/insufficient permissions|not seeing messages/i.test(stderr))
        resolve({ denied: 'no permission' });
      else resolve({ lines: stdout });
    });
  });
}

function observeLogin(login: JournalLogin, accounts: Map<string, Account>): Observed {
  const account = accounts.get(login.account) ?? { uid: 1000 };
  return {
    class: 'credential',
    naturalId: `login/${login.account}/${login.method}/${login.fingerprint}`,
    label: maybePersonal(account, `${login.method} login as ${login.account}`),
    attributes: {
      kind: 'ssh-login-seen',
      account: maybePersonal(account, login.account),
      method: login.method,
      fingerprint: login.fingerprint || null,
      lastUsed: login.at.toISOString(),
    },
  };
}

/** `journal`: false where another root than the machine's own is read. */
export async function loginItems(reader: Reader, accounts: Account[], journal: boolean): Promise<Observed[]> {
  const lastlog = (await reader.bytes('/var/log/lastlog')) ?? Buffer.alloc(0);
  const items = accounts.flatMap((account): Observed[] => {
    const at = lastLogin(lastlog, account.uid);
    if (at === null) return [];
    const login = { account: account.name, method: 'lastlog', fingerprint: '', at };
    return [observeLogin(login, new Map([[account.name, account]]))];
  });
  if (!journal) return items;
  reader.calls += 1;
  const answer = await readJournal();
  if ('denied' in answer) {
    reader.denied.push({ what: 'journal', why: answer.denied });
    return items;
  }
  const byName = new Map(accounts.map((account) => [account.name, account]));
  return [...items, ...parseJournal(answer.lines).map((login) => observeLogin(login, byName))];
}
