import type { HostObserved } from '../../files/observed.ts';
import type { FileRead } from '../../files/reader.ts';
import { clamp, fieldsOf, listOf, nodesOf, parseJson, parseYaml, textOf } from '../../formats/documents.ts';
import { credentialItems } from './credential-files.ts';
import { kube, type Parser, wholeFile } from './credential-parsers.ts';
import type { Scene } from './scene.ts';

/** What this host has of Kubernetes and of Docker: what a node logs in with, its static pods, and how the daemon listens. */

const KUBECONFIGS = [
  'admin.conf',
  'super-admin.conf',
  'kubelet.conf',
  'bootstrap-kubelet.conf',
  'controller-manager.conf',
  'scheduler.conf',
].map((name) => `/etc/kubernetes/${name}`);
const K3S = '/etc/rancher/k3s/k3s.yaml';
const POD_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const MANIFESTS = '/etc/kubernetes/manifests';
const DAEMON = '/etc/docker/daemon.json';

export const CLUSTER_PLACES = [...KUBECONFIGS, K3S, POD_TOKEN, MANIFESTS, DAEMON];

/** Files that whoever can read them may do everything with. */
const ADMINISTRATES = /\/(?:super-)?admin\.conf$|\/k3s\.yaml$/;

const administration = (path: string): HostObserved['attributes'] =>
  ADMINISTRATES.test(path) ? { administrator: true, path: 'kubeconfig of a cluster administrator' } : {};

async function secretsOf(scene: Scene, path: string, kind: string, parser: Parser): Promise<HostObserved[]> {
  const file = await scene.reader.file(path, { trusted: true });
  if (file === undefined) return [];
  return credentialItems(scene, file, 'root', kind, parser).map((item) => ({
    ...item,
    attributes: { ...item.attributes, ...administration(path) },
  }));
}

const podPaths = (document: unknown): string[] => {
  const nodes = nodesOf(document);
  const has = (wanted: string) => nodes.some(({ key, value }) => key === wanted && value === true);
  const mounts = nodes.flatMap(({ key, value }) =>
    key === 'hostPath' ? (textOf(fieldsOf(value).path) ?? []) : [],
  );
  return [
    has('privileged') ? 'privileged pod' : '',
    has('hostPID') ? "pod in the host's processes" : '',
    mounts.includes('/') ? "pod with the host's root folder" : '',
  ].filter((path) => path !== '');
};

/** Static pods: the kubelet starts them without asking the cluster. */
function podItems(file: FileRead, document: unknown): HostObserved[] {
  const { metadata, spec } = fieldsOf(document);
  const name = clamp(textOf(fieldsOf(metadata).name) ?? file.path);
  const images = listOf(fieldsOf(spec).containers).map((each) => clamp(textOf(fieldsOf(each).image) ?? ''));
  const identity: HostObserved = {
    class: 'identity',
    naturalId: `static-pod/${file.path}`,
    label: `static pod ${name}`,
    attributes: { kind: 'static-pod', images, file: file.path, modified: file.modified.toISOString() },
  };
  const permissions = podPaths(document).map(
    (path): HostObserved => ({
      class: 'permission',
      naturalId: `static-pod-permission/${file.path}/${path}`,
      label: `static pod ${name}: ${path}`,
      attributes: { kind: 'pod-permission', administrator: true, path, file: file.path },
    }),
  );
  return [identity, ...permissions];
}

async function staticPods({ reader }: Scene): Promise<HostObserved[]> {
  const items: HostObserved[] = [];
  for (const name of (await reader.names(MANIFESTS)).filter((each) => /\.(?:ya?ml|json)$/.test(each))) {
    const file = await reader.file(`${MANIFESTS}/${name}`, { trusted: true });
    if (file === undefined) continue;
    const document = parseYaml(file.text);
    if (document === undefined) reader.errors.push({ what: file.path, why: 'is no YAML that may be read' });
    else items.push(...podItems(file, document));
  }
  return items;
}

/** dockerd(8): whoever reaches the API is root on the host; over TCP only a client certificate keeps others away. */
async function daemonItems({ reader }: Scene): Promise<HostObserved[]> {
  const file = await reader.file(DAEMON, { trusted: true });
  if (file === undefined) return [];
  const document = parseJson(file.text);
  if (document === undefined) reader.errors.push({ what: DAEMON, why: 'is no JSON that may be read' });
  const { hosts, tlsverify } = fieldsOf(document);
  return listOf(hosts)
    .flatMap((host) => textOf(host) ?? [])
    .filter((host) => host.startsWith('tcp:') && tlsverify !== true)
    .map((host) => ({
      class: 'permission',
      naturalId: `docker-api/${host}`,
      label: `Docker's API on ${clamp(host)} without client certificates`,
      attributes: {
        kind: 'docker-api',
        administrator: true,
        path: 'Docker API over TCP',
        host: clamp(host),
        file: DAEMON,
      },
    }));
}

export async function clusterItems(scene: Scene): Promise<HostObserved[]> {
  const items: HostObserved[] = [];
  for (const path of [...KUBECONFIGS, K3S]) items.push(...(await secretsOf(scene, path, 'kubeconfig', kube)));
  return [
    ...items,
    ...(await secretsOf(scene, POD_TOKEN, 'kubernetes-token', wholeFile)),
    ...(await staticPods(scene)),
    ...(await daemonItems(scene)),
  ];
}
