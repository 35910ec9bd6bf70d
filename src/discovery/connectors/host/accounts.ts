import type { HostObserved } from '../../files/observed.ts';
import type { Reader } from '../../files/reader.ts';
import { type Account, mayLogIn, parsePasswd, sourcesElsewhere } from '../../formats/passwd.ts';
import { traceOfAccount } from './logs.ts';
import { maybePersonal } from './personal.ts';
import { accountFacts, type Scene } from './scene.ts';

const SHADOW_DAY_MS = 86_400_000;

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

/** Whoever has uid 0 is the administrator, whatever the name. */
const administration = ({ uid }: Account): HostObserved['attributes'] =>
  uid === 0 ? { administrator: true, path: 'uid 0' } : {};

/** An account that cannot log in and that no log mentions is not missed in the logs. */
function traceFacts(scene: Scene, account: Account): HostObserved['attributes'] {
  const trace = traceOfAccount(scene.logs, account);
  return mayLogIn(account) || trace === true ? { trace } : {};
}

export function observeAccount(scene: Scene, account: Account, shadow: ShadowLine | undefined): HostObserved {
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
      mayLogIn: mayLogIn(account),
      password: shadow?.state ?? null,
      ...administration(account),
      ...traceFacts(scene, account),
    },
  };
}

export function observePassword(scene: Scene, account: Account, shadow: ShadowLine): HostObserved {
  return {
    class: 'credential',
    naturalId: `password/${account.name}`,
    label: maybePersonal(account, `password of ${account.name}`),
    attributes: {
      kind: 'host-password',
      ...accountFacts(scene, account.name),
      method: shadow.method,
      created: null,
      modified: shadow.changed?.toISOString() ?? null,
      lastUsed: null,
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

/** Sources of accounts that are not read here, e.g. `sss`. */
export async function otherSources(reader: Reader): Promise<string[]> {
  const file = await reader.file('/etc/nsswitch.conf', { trusted: true });
  return sourcesElsewhere(file?.text ?? '');
}

export async function accountItems(scene: Scene): Promise<HostObserved[]> {
  const { reader } = scene;
  // Read again under the listing's own account of calls, so an unreadable list is told once, and here.
  const accounts = await readAccounts(reader);
  for (const source of await otherSources(reader))
    reader.denied.push({ what: `accounts of \`${source}\``, why: 'only /etc/passwd is read' });
  const file = await reader.file('/etc/shadow', { trusted: true });
  const shadow = new Map(parseShadow(file?.text ?? '').map((line) => [line.name, line]));
  return accounts.flatMap((account) => {
    const line = shadow.get(account.name);
    const identity = observeAccount(scene, account, line);
    return line !== undefined && line.state !== 'locked'
      ? [identity, observePassword(scene, account, line)]
      : [identity];
  });
}
