import { posix } from 'node:path';
import { clamp, clamped, type Fields, fieldsOf, listOf, parseYaml, textOf } from '../formats/documents.ts';
import { isInlineSecret, isSecretName, secretVariables } from '../formats/secret-names.ts';
import type { HostObserved } from './observed.ts';
import type { FileRead } from './reader.ts';
import type { FileScene } from './scene.ts';
import { observeExposure, observeSecret } from './secrets.ts';

/** Compose files: which containers, with which secrets, and which of them are as good as root on this host. */

export const isComposeFile = (path: string): boolean =>
  /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/.test(path);

/** A value for each name, whichever of the two forms is used; undefined where it comes from the caller's environment. */
function variablesOf(environment: unknown): Array<{ name: string; value: string | undefined }> {
  if (Array.isArray(environment)) {
    return environment.flatMap((line) => {
      const [, name, , value] = /^([^=]+)(=(.*))?$/s.exec(String(line)) ?? [];
      return name === undefined ? [] : [{ name, value }];
    });
  }
  return Object.entries(fieldsOf(environment)).map(([name, value]) => ({
    name,
    value: value === null || value === undefined ? undefined : String(value),
  }));
}

const mountsOf = (service: Fields): string[] =>
  listOf(service.volumes).map((mount) => textOf(mount) ?? textOf(fieldsOf(mount).source) ?? '');

const SOCKETS = /(?:docker|podman|containerd|crio)\.sock/;
const ROOT_CAPABILITIES = /^(?:CAP_)?(?:ALL|SYS_ADMIN|SYS_MODULE|SYS_PTRACE)$/i;

/** Ways in which a container's program can act as this host's administrator. */
function pathsOf(service: Fields): string[] {
  const mounts = mountsOf(service);
  return [
    service.privileged === true ? 'privileged container' : '',
    mounts.some((mount) => SOCKETS.test(mount)) ? 'container with the Docker socket' : '',
    mounts.some((mount) => /^\/(?::|$)/.test(mount)) ? "container with the host's root folder" : '',
    service.pid === 'host' ? "container in the host's processes" : '',
    listOf(service.cap_add).some((word) => ROOT_CAPABILITIES.test(String(word)))
      ? 'container with administrator capabilities'
      : '',
  ].filter((path) => path !== '');
}

/** An image by digest is one image for good; by tag it is whatever the tag names next time. */
export const isPinnedImage = (image: string): boolean => /@sha256:[0-9a-f]{64}$/.test(image);

interface Service {
  name: string;
  fields: Fields;
  file: FileRead;
  owner: string;
}

function identityOf(scene: FileScene, { name, fields, file, owner }: Service): HostObserved {
  const image = clamp(textOf(fields.image) ?? '');
  const variables = variablesOf(fields.environment).map((variable) => variable.name);
  return {
    class: 'identity',
    naturalId: `container/${file.path}/${name}`,
    label: scene.told(owner, `container ${clamp(name)} of ${file.path}`),
    attributes: {
      kind: 'container',
      ...scene.whose(owner),
      image,
      pinned: image === '' ? null : isPinnedImage(image),
      runsAs: clamp(String(fields.user ?? '')) || null,
      privileged: fields.privileged === true,
      secretVariables: clamped(variables.filter(isSecretName)),
      secrets: clamped(
        listOf(fields.secrets).map((secret) => textOf(secret) ?? textOf(fieldsOf(secret).source) ?? ''),
      ),
      file: scene.told(owner, file.path),
    },
  };
}

const permissionsOf = (scene: FileScene, { name, fields, file, owner }: Service): HostObserved[] =>
  pathsOf(fields).map((path) => ({
    class: 'permission',
    naturalId: `container-permission/${file.path}/${name}/${path}`,
    label: scene.told(owner, `${clamp(name)} of ${file.path}: ${path}`),
    attributes: {
      kind: 'container-permission',
      ...scene.whose(owner),
      administrator: true,
      path,
      file: scene.told(owner, file.path),
    },
  }));

const exposuresOf = (scene: FileScene, { name, fields, file, owner }: Service): HostObserved[] =>
  variablesOf(fields.environment).flatMap((variable) =>
    isInlineSecret(variable.name, variable.value)
      ? [observeExposure(scene, file, owner, { name: `${name}/${variable.name}`, value: variable.value })]
      : [],
  );

/** Files beside the compose file alone: a path out of its folder could name anybody's. */
async function environmentFiles(scene: FileScene, { fields, file, owner }: Service): Promise<HostObserved[]> {
  const folder = posix.dirname(file.path);
  const named = Array.isArray(fields.env_file) ? fields.env_file : [fields.env_file];
  const items: HostObserved[] = [];
  for (const each of named) {
    const name = textOf(each) ?? textOf(fieldsOf(each).path);
    if (name === undefined) continue;
    const read = await scene.reader.file(posix.resolve(folder, name), { within: folder });
    if (read === undefined) continue;
    for (const { name: variable, value } of secretVariables(read.text))
      items.push(
        observeSecret(scene, read, owner, 'environment-secret', { name: variable, form: 'plain', value }),
      );
  }
  return items;
}

/** compose-spec, services; `owner` is who has the file. */
export async function composeItems(scene: FileScene, file: FileRead, owner: string): Promise<HostObserved[]> {
  const document = parseYaml(file.text);
  if (document === undefined) {
    scene.reader.errors.push({ what: file.path, why: 'is no YAML that may be read' });
    return [];
  }
  const items: HostObserved[] = [];
  for (const [name, value] of Object.entries(fieldsOf(fieldsOf(document).services))) {
    const service = { name, fields: fieldsOf(value), file, owner };
    items.push(identityOf(scene, service), ...permissionsOf(scene, service), ...exposuresOf(scene, service));
    items.push(...(await environmentFiles(scene, service)));
  }
  return items;
}

export const isContainerFile = (path: string): boolean =>
  /(?:^|\/)(?:Dockerfile|Containerfile)(?:[.-][\w.-]+)?$|\.(?:Dockerfile|Containerfile)$/.test(path);

const instructions = (text: string, word: string): string[] =>
  [...text.matchAll(new RegExp(`^[ \\t]*${word}[ \\t]+(.*)$`, 'gim'))].map(([, rest]) => (rest ?? '').trim());

/** Dockerfile reference: base images, the user, and secrets that are baked into a layer. */
export function containerFileItems(scene: FileScene, file: FileRead, owner: string): HostObserved[] {
  const text = file.text.replace(/\\\r?\n/g, ' ');
  const images = instructions(text, 'FROM').map(
    (rest) => rest.replace(/(?<!\S)--\S+\s+/g, '').split(/\s/)[0] ?? '',
  );
  const set = [...instructions(text, 'ENV'), ...instructions(text, 'ARG')];
  const baked = set
    .flatMap((line) => line.match(/(?<!\w)[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|\S+)/g) ?? [])
    .flatMap((pair) => secretVariables(pair));
  const identity: HostObserved = {
    class: 'identity',
    naturalId: `container-build/${file.path}`,
    label: scene.told(owner, `container built by ${file.path}`),
    attributes: {
      kind: 'container-build',
      ...scene.whose(owner),
      images: clamped(images),
      unpinned: clamped(images.filter((image) => !isPinnedImage(image))),
      runsAs: clamp(instructions(text, 'USER').at(-1) ?? 'root'),
      file: scene.told(owner, file.path),
    },
  };
  return [identity, ...baked.map((secret) => observeExposure(scene, file, owner, secret))];
}
