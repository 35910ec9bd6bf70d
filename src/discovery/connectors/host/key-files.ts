import type { HostObserved } from '../../files/observed.ts';
import type { FileRead } from '../../files/reader.ts';
import { findFiles, isWalked } from '../../files/walk.ts';
import { type Account, accountNamed } from './account.ts';
import type { Scene } from './scene.ts';
import { privateItem, sshHomes } from './ssh.ts';

/** A private key may stand behind some lines of text, e.g. the attributes that OpenSSL writes before it. */
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/;
const OPENSSH_KEY = /-----BEGIN OPENSSH PRIVATE KEY-----/;

/** A name says little of a key, but most names say that a file is something else. */
const KEY_NAME = /^[^.]+$|\.(?:key|pem|priv|private|rsa|dsa|ecdsa|ed25519|openssh|pk8|p8)$/i;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Unlike for projects, `.ssh` is looked into wherever it lies. */
const isEntered = (folder: string): boolean => folder === '.ssh' || isWalked(folder);

const ownerOf = ({ accounts }: Scene, { uid }: FileRead): Account =>
  accountNamed(accounts, String(uid)) ?? { name: String(uid), uid, gid: uid, home: '', shell: '' };

/** PEM is the form of TLS keys too, so only OpenSSH's own form says what the key is for. */
const kindOf = ({ text }: FileRead): string => (OPENSSH_KEY.test(text) ? 'ssh-user-key' : 'private-key');

/** Private keys in files below the roots. What lies in the `.ssh` of a home is another listing's to tell. */
export async function keyFileItems(scene: Scene): Promise<HostObserved[]> {
  const told = new Set((await sshHomes(scene)).map(({ home }) => `${home}/.ssh/`));
  const wanted = (path: string): boolean =>
    KEY_NAME.test(nameOf(path)) && !told.has(path.slice(0, path.lastIndexOf('/') + 1));
  const items: HostObserved[] = [];
  for (const path of await findFiles(scene.reader, scene.roots, wanted, isEntered)) {
    const within = scene.roots.find((root) => path.startsWith(`${root}/`)) ?? '/';
    const file = await scene.reader.file(path, { within, marked: PRIVATE_KEY });
    if (file !== undefined) items.push(...privateItem(scene, file, ownerOf(scene, file), kindOf(file)));
  }
  return items;
}
