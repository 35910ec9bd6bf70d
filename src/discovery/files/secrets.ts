import { clamp } from '../formats/documents.ts';
import type { HostObserved } from './observed.ts';
import type { FileRead } from './reader.ts';
import type { FileScene } from './scene.ts';

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
export const fileFacts = (scene: FileScene, file: FileRead, owner: string): HostObserved['attributes'] => ({
  ...scene.whose(owner),
  file: scene.told(owner, file.path),
  mode: file.mode,
  othersMayRead: (file.modeBits & OTHERS_MAY_READ) !== 0,
  created: null,
  modified: file.modified.toISOString(),
  lastUsed: null,
});

/** A secret that stands in a file of an account's, or that the file says where to get. */
export function observeSecret(
  scene: FileScene,
  file: FileRead,
  owner: string,
  kind: string,
  secret: FoundSecret,
): HostObserved {
  const name = clamp(secret.name);
  return {
    class: 'credential',
    naturalId: `secret/${file.path}/${secret.name}`,
    label: scene.told(owner, `${name} in ${file.path}`),
    attributes: {
      kind,
      name: scene.told(owner, name),
      form: secret.form,
      fingerprint: secret.value === undefined ? null : scene.fingerprint(secret.value),
      expires: secret.expires ?? null,
      ...fileFacts(scene, file, owner),
    },
  };
}

/** A secret written into a file that is there to be shared: an exposure, whoever may read it today. */
export function observeExposure(
  scene: FileScene,
  file: FileRead,
  owner: string,
  { name, value }: { name: string; value: string },
): HostObserved {
  return {
    class: 'exposure',
    naturalId: `inline-secret/${file.path}/${name}`,
    label: scene.told(owner, `${clamp(name)} written into ${file.path}`),
    attributes: {
      kind: 'inline-secret',
      variable: scene.told(owner, clamp(name)),
      fingerprint: scene.fingerprint(value),
      ...fileFacts(scene, file, owner),
    },
  };
}
