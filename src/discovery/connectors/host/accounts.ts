import type { Observed } from '../../connector.ts';
import { maybePersonal } from './personal.ts';
import type { Reader } from './reader.ts';

export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
}

const NO_LOGIN = /(?:^|\/)(?:nologin|false|sync|shutdown|halt)$/;
const SHADOW_DAY_MS = 86_400_000;

/** passwd(5). A line of another shape is passed over and told as an error. */
export function parsePasswd(text: string): { accounts: Account[]; badLines: number } {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const accounts = lines.flatMap((line): Account[] => {
    const [name, , uid, gid, , home, shell] = line.split(':');
    if (!name || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '') || home === undefined) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), home, shell: shell ?? '' }];
  });
  return { accounts, badLines: lines.length - accounts.length };
}

/** `none`: logs in without one; `locked`: cannot be used; `set`: a hash stands there, which is not kept. */
export type PasswordState = 'none' | 'locked' | 'set';

export interface ShadowLine {
  name: string;
  state: PasswordState;
  /** The hash's method, e.g. `yescrypt`; empty where there is none. */
  method: string;
  changed: Date | null;
}

const METHODS: Record<string, string> = {
  '1': 'md5',
  '2a': 'bcrypt',
  '2b': 'bcrypt',
  '5': 'sha256',
  '6': 'sha512',
  y: 'yescrypt',
};

/** shadow(5). */
export function parseShadow(text: string): ShadowLine[] {
  return text.split('\n').flatMap((line) => {
    const [name, hash, days] = line.split(':');
    if (!name || hash === undefined) return [];
    const state: PasswordState = hash === '' ? 'none' : /^[!*]/.test(hash) ? 'locked' : 'set';
    const method = state === 'set' ? (METHODS[hash.split('$')[1] ?? ''] ?? 'unknown') : '';
    const changed = days && /^\d+$/.test(days) ? new Date(Number(days) * SHADOW_DAY_MS) : null;
    return [{ name, state, method, changed }];
  });
}

export function observeAccount(account: Account, shadow: ShadowLine | undefined): Observed {
  return {
    class: 'identity',
    naturalId: `account/${account.name}`,
    label: maybePersonal(account, account.name),
    attributes: {
      kind: 'host-account',
      uid: account.uid,
      gid: account.gid,
      home: maybePersonal(account, account.home),
      shell: account.shell,
      mayLogIn: account.shell !== '' && !NO_LOGIN.test(account.shell),
      password: shadow?.state ?? null,
    },
  };
}

export function observePassword(account: Account, shadow: ShadowLine): Observed {
  return {
    class: 'credential',
    naturalId: `password/${account.name}`,
    label: maybePersonal(account, `password of ${account.name}`),
    attributes: {
      kind: 'host-password',
      account: maybePersonal(account, account.name),
      method: shadow.method,
      changed: shadow.changed?.toISOString() ?? null,
    },
  };
}

export async function readAccounts(reader: Reader): Promise<Account[]> {
  const file = await reader.file('/etc/passwd', { trusted: true });
  if (file === undefined) {
    if (reader.denied.length === 0) reader.errors.push({ what: '/etc/passwd', why: 'not there' });
    return [];
  }
  const { accounts, badLines } = parsePasswd(file.text);
  if (badLines > 0) reader.errors.push({ what: '/etc/passwd', why: `${badLines} lines of another shape` });
  return accounts;
}

export async function accountItems(reader: Reader, accounts: Account[]): Promise<Observed[]> {
  const file = await reader.file('/etc/shadow', { trusted: true });
  const shadow = new Map(parseShadow(file?.text ?? '').map((line) => [line.name, line]));
  return accounts.flatMap((account) => {
    const line = shadow.get(account.name);
    const identity = observeAccount(account, line);
    return line !== undefined && line.state !== 'locked'
      ? [identity, observePassword(account, line)]
      : [identity];
  });
}
