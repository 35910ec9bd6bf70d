import type { HostObserved } from '../../files/observed.ts';
import type { FileRead } from '../../files/reader.ts';
import { type AuthorizedKey, parseAuthorizedKeys, parsePrivateKey } from '../../formats/ssh-keys.ts';
import { type Account, accountNamed, homesOf, mayLogIn } from './account.ts';
import { lastUseOfKey } from './logs.ts';
import { maybePersonal } from './personal.ts';
import { accountFacts, type Scene } from './scene.ts';

const OTHERS_MAY_READ = 0o077;

const administration = ({ uid }: Account): HostObserved['attributes'] =>
  uid === 0 ? { administrator: true, path: 'SSH key that logs in as root' } : {};

function authorizedItem(scene: Scene, file: FileRead, account: Account, key: AuthorizedKey): HostObserved {
  return {
    class: 'trust',
    naturalId: `authorized-key/${file.path}/${key.fingerprint}`,
    label: maybePersonal(account, `key that logs in as ${account.name}`),
    attributes: {
      kind: 'ssh-authorized-key',
      ...accountFacts(scene, account.name),
      accountMayLogIn: mayLogIn(account),
      ...administration(account),
      fingerprint: key.fingerprint,
      type: key.type,
      bits: key.bits,
      restricted: key.options !== '',
      comment: { personal: key.comment },
      file: maybePersonal(account, file.path),
      mode: file.mode,
      modified: file.modified.toISOString(),
      lastUsed: lastUseOfKey(scene.logs, key.fingerprint),
    },
  };
}

function authorizedItems(scene: Scene, file: FileRead, account: Account): HostObserved[] {
  const { keys, badLines } = parseAuthorizedKeys(file.text);
  if (badLines > 0) scene.reader.errors.push({ what: file.path, why: `${badLines} lines that are no key` });
  return keys.map((key) => authorizedItem(scene, file, account, key));
}

/** A file that holds a private key, or nothing. */
export function privateItem(scene: Scene, file: FileRead, account: Account, kind: string): HostObserved[] {
  const facts = parsePrivateKey(file.text);
  if (facts === undefined) return [];
  return [
    {
      class: 'credential',
      naturalId: `private-key/${file.path}`,
      label: maybePersonal(account, file.path),
      attributes: {
        kind,
        ...accountFacts(scene, account.name),
        fingerprint: facts.public?.fingerprint ?? null,
        type: facts.public?.type ?? null,
        bits: facts.public?.bits ?? null,
        encrypted: facts.encrypted,
        mode: file.mode,
        othersMayRead: (file.modeBits & OTHERS_MAY_READ) !== 0,
        created: null,
        modified: file.modified.toISOString(),
        lastUsed: lastUseOfKey(scene.logs, facts.public?.fingerprint),
      },
    },
  ];
}

async function keysOfHome(scene: Scene, account: Account): Promise<HostObserved[]> {
  const folder = `${account.home}/.ssh`;
  const items: HostObserved[] = [];
  for (const name of await scene.reader.names(folder)) {
    const file = await scene.reader.file(`${folder}/${name}`, { within: account.home });
    if (file === undefined) continue;
    if (/^authorized_keys2?$/.test(name)) items.push(...authorizedItems(scene, file, account));
    else items.push(...privateItem(scene, file, account, 'ssh-user-key'));
  }
  return items;
}

/** Homes below /home that no account has any more: what was left in them still opens doors elsewhere. */
async function abandonedHomes({ reader, accounts, accountsWhole }: Scene): Promise<Account[]> {
  if (!accountsWhole) return [];
  const homes = new Set(accounts.map(({ home }) => home));
  return (await reader.names('/home'))
    .filter((name) => !homes.has(`/home/${name}`) && accountNamed(accounts, name) === undefined)
    .map((name) => ({ name, uid: UNKNOWN_UID, gid: UNKNOWN_UID, home: `/home/${name}`, shell: '' }));
}

/** Ordinary: what is left of an account may name a person. */
const UNKNOWN_UID = 1000;

/** Whose `~/.ssh` is looked into. */
export const sshHomes = async (scene: Scene): Promise<Account[]> => [
  ...homesOf(scene.accounts),
  ...(await abandonedHomes(scene)),
];

export async function sshItems(scene: Scene): Promise<HostObserved[]> {
  const items: HostObserved[] = [];
  for (const account of await sshHomes(scene)) items.push(...(await keysOfHome(scene, account)));
  return items;
}

/** The host's own keys prove the machine; root owns them. */
export async function hostKeyItems(scene: Scene): Promise<HostObserved[]> {
  const root: Account = { name: 'root', uid: 0, gid: 0, home: '/root', shell: '' };
  const items: HostObserved[] = [];
  for (const name of await scene.reader.names('/etc/ssh')) {
    if (!/^ssh_host_.*_key$/.test(name)) continue;
    const file = await scene.reader.file(`/etc/ssh/${name}`, { trusted: true });
    if (file !== undefined) items.push(...privateItem(scene, file, root, 'ssh-host-key'));
  }
  return items;
}
