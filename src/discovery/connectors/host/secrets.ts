import { accountNamed } from './account.ts';
import { clamp } from './documents.ts';
import { isOwnSecret, namesSecret } from './environment.ts';
import type { HostObserved } from './observed.ts';
import type { FileRead } from './reader.ts';
import { accountFacts, pathFor, type Scene } from './scene.ts';

export const OTHERS_MAY_READ = 0o077;

/**
 * `plain`: the value stands there. `encrypted`: it does, sealed. `helper`: a program or a keyring hands it out.
 * `reference`: it stands elsewhere.
 */
export type SecretForm = 'plain' | 'encrypted' | 'helper' | 'reference';

export interface FoundSecret {
  /** What it is called where it stands, e.g. a profile, a registry, a variable. */
  name: string;
  form: SecretForm;
  /** Only for `plain`; leaves this room as a keyed fingerprint alone. */
  value?: string;
  /** RFC 3339, where the file tells. */
  expires?: string;
}

/** What is said of every file that holds or names a secret, apart from the secret. */
export const fileFacts = (scene: Scene, file: FileRead, owner: string): HostObserved['attributes'] => ({
  ...accountFacts(scene, owner),
  file: pathFor(accountNamed(scene.accounts, owner), file.path),
  mode: file.mode,
  othersMayRead: (file.modeBits & OTHERS_MAY_READ) !== 0,
  created: null,
  modified: file.modified.toISOString(),
  lastUsed: null,
});

/** A secret that stands in a file of an account's, or that the file says where to get. */
export function observeSecret(
  scene: Scene,
  file: FileRead,
  owner: string,
  kind: string,
  secret: FoundSecret,
): HostObserved {
  const account = accountNamed(scene.accounts, owner);
  const name = clamp(secret.name);
  return {
    class: 'credential',
    naturalId: `secret/${file.path}/${secret.name}`,
    label: pathFor(account, `${name} in ${file.path}`),
    attributes: {
      kind,
      name: pathFor(account, name),
      form: secret.form,
      fingerprint: secret.value === undefined ? null : scene.context.fingerprint(secret.value),
      expires: secret.expires ?? null,
      ...fileFacts(scene, file, owner),
    },
  };
}

/** A secret written into a file that is there to be shared: an exposure, whoever may read it today. */
export function observeExposure(
  scene: Scene,
  file: FileRead,
  owner: string,
  { name, value }: { name: string; value: string },
): HostObserved {
  const account = accountNamed(scene.accounts, owner);
  return {
    class: 'exposure',
    naturalId: `inline-secret/${file.path}/${name}`,
    label: pathFor(account, `${clamp(name)} written into ${file.path}`),
    attributes: {
      kind: 'inline-secret',
      variable: pathFor(account, clamp(name)),
      fingerprint: scene.context.fingerprint(value),
      ...fileFacts(scene, file, owner),
    },
  };
}

/** `accessToken`, `client-secret` and `CLIENT_SECRET` are one word to whoever looks for secrets. */
const asVariable = (name: string): string =>
  name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[-.\s]/g, '_');

export const isSecretName = (name: string): boolean => namesSecret(asVariable(name));

/** A named value that is a secret of its own, and no reference such as `${TOKEN}`. */
export const isInlineSecret = (name: string, value: unknown): value is string =>
  typeof value === 'string' && isSecretName(name) && isOwnSecret(value);

const ASSIGNMENT = /(?:^|[\s"'])-{0,2}([A-Za-z_][A-Za-z0-9_-]*)=("[^"]*"|'[^']*'|[^\s"']+)/g;

/** Secrets given as `NAME=value` or `--name=value` in a command. */
export const secretsInCommand = (command: string): Array<{ name: string; value: string }> =>
  [...command.matchAll(ASSIGNMENT)].flatMap(([, name = '', quoted = '']) => {
    const value = quoted.replace(/^(["'])(.*)\1$/, '$2');
    return isInlineSecret(name, value) ? [{ name, value }] : [];
  });
