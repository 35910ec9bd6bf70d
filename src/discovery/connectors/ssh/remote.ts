import { posix } from 'node:path';
import type { RawPage } from '../../contract.ts';
import { type Account, mayBePerson, parsePasswd, sourcesElsewhere } from '../../formats/passwd.ts';
import { parseAuthorizedKeys } from '../../formats/ssh-keys.ts';
import { readSshdConfig, type SshdSettings } from '../../formats/sshd-config.ts';
import { SourceError, toFaults } from '../../source-error.ts';
import type { RemoteFile, RemoteFiles } from './sftp.ts';

export const PASSWD = '/etc/passwd';
const NSSWITCH = '/etc/nsswitch.conf';
export const SSHD_CONFIG = '/etc/ssh/sshd_config';

export type Faults = Required<Pick<RawPage, 'denied' | 'errors'>>;
export const noFaults = (): Faults => ({ denied: [], errors: [] });

export function tell(faults: Faults, what: string, error: unknown): void {
  const told = toFaults(what, error);
  faults.denied.push(...told.denied);
  faults.errors.push(...told.errors);
}

export function merge(into: Faults, faults: Faults): void {
  into.denied.push(...faults.denied);
  into.errors.push(...faults.errors);
}

/** Who it is, without the name of what may be a person. */
const placeOf = (account: Account): string =>
  mayBePerson(account) ? `uid ${account.uid}` : `\`${account.name}\``;

export const whose = (account: Account) => ({
  uid: account.uid,
  ...(mayBePerson(account) ? { person: account.name } : { account: account.name }),
});

/** `%h`, `%u`, `%U`, `%%`; what does not begin at the root begins at the home (sshd_config(5), AuthorizedKeysFile). */
function keyFilesOf(setting: string, { name, uid, home }: Account): Array<{ place: string; path: string }> {
  const tokens: Record<string, string> = { h: home, u: name, U: String(uid), '%': '%' };
  return setting
    .split(/\s+/)
    .filter((pattern) => pattern !== '' && pattern.toLowerCase() !== 'none')
    .map((pattern) => ({
      place: pattern,
      path: posix.resolve(
        home,
        pattern.replace(/%([huU%])/g, (_, token: string) => tokens[token] ?? ''),
      ),
    }));
}

export async function readAccounts(files: RemoteFiles): Promise<{ accounts: Account[]; faults: Faults }> {
  const passwd = await files.read(PASSWD);
  if (passwd === undefined) throw new SourceError('failed', `\`${PASSWD}\` is not there`);
  const { accounts, badLines } = parsePasswd(passwd.text);
  const faults = noFaults();
  if (badLines > 0) faults.errors.push({ what: PASSWD, why: `${badLines} lines of another shape` });
  const nsswitch = await files.read(NSSWITCH).catch((error: unknown) => tell(faults, NSSWITCH, error));
  for (const source of sourcesElsewhere(nsswitch?.text ?? ''))
    faults.denied.push({ what: `accounts of \`${source}\``, why: `only ${PASSWD} is read` });
  return { accounts, faults };
}

const TOLD = [
  'permitrootlogin',
  'passwordauthentication',
  'kbdinteractiveauthentication',
  'pubkeyauthentication',
  'authorizedprincipalsfile',
  'permituserenvironment',
];

export const toldOf = (values: Map<string, string>): Record<string, string> =>
  Object.fromEntries(TOLD.flatMap((name) => (values.has(name) ? [[name, values.get(name) ?? '']] : [])));

export async function authoritiesIn(files: RemoteFiles, path: string, faults: Faults): Promise<unknown[]> {
  try {
    const file = await files.read(path);
    if (file === undefined) throw new SourceError('failed', 'is not there');
    const { keys, badLines } = parseAuthorizedKeys(file.text);
    if (badLines > 0) faults.errors.push({ what: path, why: `${badLines} lines that are no key` });
    return keys.map(({ fingerprint, type, bits, comment }) => ({ fingerprint, type, bits, comment }));
  } catch (error) {
    tell(faults, path, error);
    return [];
  }
}

export async function keysOf(
  files: RemoteFiles,
  account: Account,
  setting: string,
): Promise<{ items: unknown[]; faults: Faults }> {
  const items: unknown[] = [];
  const faults = noFaults();
  for (const { place, path } of keyFilesOf(setting, account)) {
    const what = `\`${place}\` of ${placeOf(account)}`;
    try {
      const file = await files.read(path);
      if (file !== undefined) items.push(...keysIn(file, account, place, what, faults));
    } catch (error) {
      if (files.gone()) throw error;
      tell(faults, what, error);
    }
  }
  return { items, faults };
}

function keysIn(file: RemoteFile, account: Account, place: string, what: string, faults: Faults): unknown[] {
  const { keys, badLines } = parseAuthorizedKeys(file.text);
  if (badLines > 0) faults.errors.push({ what, why: `${badLines} lines that are no key` });
  const { mode, modified } = file;
  return keys.map((key) => ({
    ...whose(account),
    shell: account.shell,
    file: place,
    mode,
    modified,
    ...key,
  }));
}

/** Files that an Include names: one, or all that end like the pattern in one folder. */
async function included(files: RemoteFiles, pattern: string): Promise<string[]> {
  const path = posix.resolve('/etc/ssh', pattern);
  const [folder, name] = [posix.dirname(path), posix.basename(path)];
  if (/[*?[]/.test(folder) || /[?[]|\*.*\*/.test(name))
    throw new SourceError('denied', 'sshd_config includes files by a pattern that is not followed');
  const [before = '', after] = name.split('*');
  const names = after === undefined ? [name] : ((await files.names(folder)) ?? []);
  const wanted = names.filter(
    (each) => after === undefined || (each.startsWith(before) && each.endsWith(after)),
  );
  const texts: string[] = [];
  for (const each of wanted) texts.push((await files.read(posix.join(folder, each)))?.text ?? '');
  return texts;
}

export async function readSettings(files: RemoteFiles): Promise<SshdSettings> {
  const file = await files.read(SSHD_CONFIG);
  if (file === undefined) throw new SourceError('failed', `\`${SSHD_CONFIG}\` is not there`);
  return readSshdConfig(file.text, (pattern) => included(files, pattern));
}
