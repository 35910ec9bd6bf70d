import { clamped, fieldsOf, type Node, nodesOf, parseYaml, textOf } from '../formats/documents.ts';
import { isInlineSecret, isSecretName } from '../formats/secret-names.ts';
import type { HostObserved } from './observed.ts';
import type { FileRead } from './reader.ts';
import type { FileScene } from './scene.ts';
import { observeExposure } from './secrets.ts';

/** CI files of a checkout: a job is an identity, and often one that may publish or deploy. */

export const isGitHubWorkflow = (path: string): boolean => /\/\.github\/workflows\/[^/]+\.ya?ml$/.test(path);
export const isGitLabFile = (path: string): boolean => /\/\.gitlab-ci\.ya?ml$/.test(path);

interface Workflow {
  platform: 'github' | 'gitlab';
  /** Whether a job may ask the platform for an OIDC token. */
  oidc: boolean;
  /** Names of the secrets that it asks for; never a value. */
  secrets: string[];
  /** Code of others that is taken by a name that can be moved. */
  unpinned: string[];
  triggers: string[];
}

const SECRET_REFERENCE = /\bsecrets\.([A-Za-z_]\w*)|\bsecrets\[\s*['"]([A-Za-z_]\w*)['"]\s*\]/g;
const COMMIT = /@[0-9a-f]{40}$/;
const IMAGE_DIGEST = /@sha256:[0-9a-f]{64}$/;

/** An action of this very checkout moves with it; all others are pinned by a commit, an image by its digest. */
const isPinned = (uses: string): boolean =>
  uses.startsWith('./') || COMMIT.test(uses) || IMAGE_DIGEST.test(uses);

const triggersOf = (on: unknown): string[] =>
  typeof on === 'string' ? [on] : Array.isArray(on) ? on.map(String) : Object.keys(fieldsOf(on));

/** Workflow syntax of GitHub Actions. `permissions: write-all` grants `id-token` too. */
export function readGitHub(document: unknown, text: string): Workflow {
  const nodes = nodesOf(document);
  const uses = nodes.flatMap(({ key, value }) => (key === 'uses' ? (textOf(value) ?? []) : []));
  const grants = ({ key, path, value }: Node): boolean =>
    (key === 'id-token' && path.at(-2) === 'permissions' && value === 'write') ||
    (key === 'permissions' && value === 'write-all');
  return {
    platform: 'github',
    oidc: nodes.some(grants),
    secrets: clamped(
      [...text.matchAll(SECRET_REFERENCE)].map(([, dotted, quoted]) => dotted ?? quoted ?? ''),
    ),
    unpinned: clamped(uses.filter((name) => !isPinned(name))),
    triggers: clamped(triggersOf(fieldsOf(document).on)),
  };
}

const VARIABLE_REFERENCE = /\$\{?([A-Za-z_]\w*)\}?/g;

/** GitLab CI/CD YAML syntax. Variables are not marked as secrets there, so a name decides. */
export function readGitLab(document: unknown, text: string): Workflow {
  const nodes = nodesOf(document);
  const remote = nodes.flatMap(({ key, value }) => (key === 'remote' ? (textOf(value) ?? []) : []));
  const images = nodes.flatMap(({ key, value }) =>
    key === 'image' ? (textOf(value) ?? textOf(fieldsOf(value).name) ?? []) : [],
  );
  const named = [...text.matchAll(VARIABLE_REFERENCE)].map(([, name]) => name ?? '');
  return {
    platform: 'gitlab',
    oidc: nodes.some(({ key }) => key === 'id_tokens'),
    secrets: clamped(named.filter(isSecretName)),
    unpinned: clamped([...remote, ...images.filter((image) => !IMAGE_DIGEST.test(image))]),
    triggers: [],
  };
}

function observeWorkflow(scene: FileScene, file: FileRead, owner: string, workflow: Workflow): HostObserved {
  return {
    class: 'identity',
    naturalId: `ci/${file.path}`,
    label: scene.told(owner, `CI jobs of ${file.path}`),
    attributes: {
      kind: 'ci-workflow',
      ...scene.whose(owner),
      ...workflow,
      file: scene.told(owner, file.path),
      modified: file.modified.toISOString(),
    },
  };
}

/** Whoever trusts the platform's issuer trusts these jobs. */
function observeOidc(scene: FileScene, file: FileRead, owner: string, { platform }: Workflow): HostObserved {
  return {
    class: 'trust',
    naturalId: `ci-oidc/${file.path}`,
    label: scene.told(owner, `OIDC tokens for CI jobs of ${file.path}`),
    attributes: {
      kind: 'ci-oidc',
      ...scene.whose(owner),
      platform,
      file: scene.told(owner, file.path),
    },
  };
}

export function ciItems(scene: FileScene, file: FileRead, owner: string): HostObserved[] {
  const document = parseYaml(file.text);
  if (document === undefined) {
    scene.reader.errors.push({ what: file.path, why: 'is no YAML that may be read' });
    return [];
  }
  const read = isGitHubWorkflow(file.path) ? readGitHub : readGitLab;
  const workflow = read(document, file.text);
  const inline = nodesOf(document).flatMap(({ path, key, value }) =>
    path.some((word) => word === 'env' || word === 'variables' || word === 'with') &&
    isInlineSecret(key, value)
      ? [{ name: path.join('/'), value }]
      : [],
  );
  return [
    observeWorkflow(scene, file, owner, workflow),
    ...(workflow.oidc ? [observeOidc(scene, file, owner, workflow)] : []),
    ...inline.map((secret) => observeExposure(scene, file, owner, secret)),
  ];
}
