import { posix } from 'node:path';
import type { HostObserved } from '../../files/observed.ts';
import type { FileRead } from '../../files/reader.ts';
import type { FileScene } from '../../files/scene.ts';
import { observeExposure } from '../../files/secrets.ts';
import { clamp, fieldsOf, type Node, nodesOf, parseYaml, textOf } from '../../formats/documents.ts';
import { isInlineSecret } from '../../formats/secret-names.ts';
import { hasSecretShape } from '../../formats/secret-shapes.ts';
import { joins } from '../../joins.ts';

/** Helm charts: `Chart.yaml`, and values files beside it or by environment (`values-production.yaml`). */

export const isHelmFile = (path: string): boolean =>
  /\/(?:Chart|values(?:[._-][\w.-]+)?|[\w.-]+[._-]values)\.ya?ml$/.test(path);

const AWS_ROLE = 'eks.amazonaws.com/role-arn';
const GCP_ACCOUNT = 'iam.gke.io/gcp-service-account';
const ENTRA_CLIENT = 'azure.workload.identity/client-id';

/** A template, a reference to a store, or a value that is sealed (SOPS): the secret is elsewhere. */
const ELSEWHERE = /\{\{|^ENC\[|^(?:ref\+|vault:|op:\/\/|arn:aws)/;

/** `- name: DB_PASSWORD` with a `value` beside it. */
function namedValue({ path, value }: Node): { name: string; value: unknown }[] {
  const entries = Array.isArray(value) ? value.map(fieldsOf) : [];
  return entries.flatMap((entry) => {
    const name = textOf(entry.name);
    return name === undefined ? [] : [{ name: [...path, name].join('/'), value: entry.value }];
  });
}

const isSecret = (name: string, value: unknown): value is string =>
  typeof value === 'string' &&
  !ELSEWHERE.test(value) &&
  (isInlineSecret(name.slice(name.lastIndexOf('/') + 1), value) || hasSecretShape(value));

const secretsOf = (nodes: Node[]): Array<{ name: string; value: string }> =>
  nodes
    .flatMap((node) => [{ name: node.path.join('/'), value: node.value }, ...namedValue(node)])
    .filter((each): each is { name: string; value: string } => isSecret(each.name, each.value));

/** Identities of clouds that pods under this account can become. */
function assumes(annotations: unknown): string[] {
  const { [AWS_ROLE]: role, [GCP_ACCOUNT]: account, [ENTRA_CLIENT]: client } = fieldsOf(annotations);
  const named: Array<[unknown, (name: string) => string]> = [
    [role, joins.aws],
    [account, joins.gcp],
    [client, joins.entra],
  ];
  return named.flatMap(([value, join]) =>
    typeof value === 'string' && value !== '' && !value.includes('{{') ? [clamp(join(value))] : [],
  );
}

/** Without a name of its own the account is called after the release. */
function accountOf(
  scene: FileScene,
  file: FileRead,
  owner: string,
  { path, value }: Node,
  chart: string | undefined,
): HostObserved {
  const { name, create, annotations, automount } = fieldsOf(value);
  const called = clamp(textOf(name) ?? '') || null;
  const clouds = assumes(annotations);
  return {
    class: 'identity',
    naturalId: `helm-service-account/${file.path}/${path.join('/')}`,
    label: scene.told(owner, `service account ${called ?? chart ?? 'of the release'} of ${file.path}`),
    attributes: {
      kind: 'helm-service-account',
      ...scene.whose(owner),
      serviceAccount: called,
      ...(chart === undefined ? {} : { chart }),
      ...(typeof create === 'boolean' ? { made: create } : {}),
      ...(typeof automount === 'boolean' ? { mountsToken: automount } : {}),
      ...(clouds.length > 0 ? { assumes: clouds } : {}),
      file: scene.told(owner, file.path),
    },
  };
}

async function chartBeside({ reader }: FileScene, path: string): Promise<string | undefined> {
  const chart = await reader.file(posix.join(posix.dirname(path), 'Chart.yaml'), { within: '/' });
  const name = chart === undefined ? undefined : textOf(fieldsOf(parseYaml(chart.text)).name);
  return name === undefined ? undefined : clamp(name);
}

const isAccount = ({ key, value }: Node): boolean =>
  key === 'serviceAccount' && typeof value === 'object' && value !== null && !Array.isArray(value);

/** Service accounts that a chart is given, and secrets that stand in its values by name or by shape. */
export async function helmItems(scene: FileScene, file: FileRead, owner: string): Promise<HostObserved[]> {
  const document = parseYaml(file.text);
  if (document === undefined) {
    scene.reader.errors.push({ what: file.path, why: 'is no YAML that may be read' });
    return [];
  }
  const nodes = nodesOf(document);
  const chart = await chartBeside(scene, file.path);
  return [
    ...nodes.filter(isAccount).map((node) => accountOf(scene, file, owner, node, chart)),
    ...secretsOf(nodes).map((secret) => observeExposure(scene, file, owner, secret)),
  ];
}
