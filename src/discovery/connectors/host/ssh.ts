import type { Observed } from '../../connector.ts';
import type { Account } from './accounts.ts';
import { maybePersonal } from './personal.ts';
import type { FileRead, Reader } from './reader.ts';
import { parseAuthorizedKeys, parsePrivateKey } from './ssh-keys.ts';

const OTHERS_MAY_READ = 0o077;

function authorizedItems(file: FileRead, account: Account, reader: Reader): Observed[] {
  const { keys, badLines } = parseAuthorizedKeys(file.text);
  if (badLines > 0) reader.errors.push({ what: file.path, why: `${badLines} lines that are no key` });
  return keys.map((key) => ({
    class: 'trust',
    naturalId: `authorized-key/${file.path}/${key.fingerprint}`,
    label: maybePersonal(account, `key that logs in as ${account.name}`),
    attributes: {
      kind: 'ssh-authorized-key',
      account: maybePersonal(account, account.name),
      fingerprint: key.fingerprint,
      type: key.type,
      bits: key.bits,
      restricted: key.options !== '',
      comment: { personal: key.comment },
      file: maybePersonal(account, file.path),
      mode: file.mode,
      modified: file.modified.toISOString(),
    },
  }));
}

function privateItem(file: FileRead, account: Account, kind: string): Observed[] {
  const facts = parsePrivateKey(file.text);
  if (facts === undefined) return [];
  return [
    {
      class: 'credential',
      naturalId: `private-key/${file.path}`,
      label: maybePersonal(account, file.path),
      attributes: {
        kind,
        account: maybePersonal(account, account.name),
        fingerprint: facts.public?.fingerprint ?? null,
        type: facts.public?.type ?? null,
        bits: facts.public?.bits ?? null,
        encrypted: facts.encrypted,
        mode: file.mode,
        othersMayRead: (file.modeBits & OTHERS_MAY_READ) !== 0,
        modified: file.modified.toISOString(),
      },
    },
  ];
}

/** Homes that several accounts share (`/`, `/nonexistent`) are no home of a key. */
const hasOwnHome = ({ home }: Account): boolean =>
  home.startsWith('/') && home !== '/' && home !== '/nonexistent';

export async function sshItems(reader: Reader, accounts: Account[]): Promise<Observed[]> {
  const items: Observed[] = [];
  for (const account of accounts.filter(hasOwnHome)) {
    const folder = `${account.home}/.ssh`;
    for (const name of await reader.names(folder)) {
      const file = await reader.file(`${folder}/${name}`);
      if (file === undefined) continue;
      if (/^authorized_keys2?$/.test(name)) items.push(...authorizedItems(file, account, reader));
      else items.push(...privateItem(file, account, 'ssh-user-key'));
    }
  }
  return items;
}

/** The host's own keys prove the machine; root owns them. */
export async function hostKeyItems(reader: Reader): Promise<Observed[]> {
  const root: Account = { name: 'root', uid: 0, gid: 0, home: '/root', shell: '' };
  const items: Observed[] = [];
  for (const name of await reader.names('/etc/ssh')) {
    if (!/^ssh_host_.*_key$/.test(name)) continue;
    const file = await reader.file(`/etc/ssh/${name}`, { trusted: true });
    if (file !== undefined) items.push(...privateItem(file, root, 'ssh-host-key'));
  }
  return items;
}
