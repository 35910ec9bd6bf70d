/** A Kubernetes cluster as far as its API reaches: etcd and the real API server, with RBAC and an audit log. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fetchOver } from '../../src/discovery/http-tls.ts';
import { goProgram } from '../interop/support.ts';
import { freePort, startServer } from './servers.ts';
import { makeTls, type TestTls } from './tls.ts';

const ETCD = '/usr/bin/etcd';
const ETCD_TIMEOUT_MS = 20_000;
/** About 5 s on a machine with nothing else to do. */
const API_TIMEOUT_MS = 100_000;
const TOKEN_BYTES = 16;
const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
`;

export interface Cluster {
  url: string;
  tls: TestTls;
  folder: string;
  /** Folder of the audit log. */
  auditLog: string;
  /** Of a member of `system:masters`. */
  adminToken: string;
  /** Asks as administrator, or as whoever's token it is. Throws Error where it is refused. */
  call<Answer = Record<string, never>>(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
  ): Promise<Answer>;
}

/** What is missing to start one, for `t.skip`. */
export function clusterNeeds(): string | undefined {
  return existsSync(ETCD) ? goProgram('apiserver').needs : 'needs etcd';
}

type Undo = () => void | Promise<void>;

async function startEtcd(undo: Undo[], folder: string): Promise<string> {
  const [clients, peers] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const args = [
    ...['--data-dir', join(folder, 'etcd'), '--unsafe-no-fsync', '--initial-cluster', `default=${peers}`],
    ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers],
  ];
  const answers = async () => (await fetch(`${clients}/health`)).ok;
  const { stop } = await startServer(ETCD, args, { answers, timeoutMs: ETCD_TIMEOUT_MS });
  undo.push(stop);
  return clients;
}

/** The key that tokens of service accounts are signed with. */
function writeSigningKey(folder: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const path = join(folder, 'accounts.key');
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(`${path}.pub`, publicKey.export({ type: 'spki', format: 'pem' }));
  return path;
}

function writeFiles(folder: string): { tls: TestTls; signingKey: string; adminToken: string } {
  const adminToken = randomBytes(TOKEN_BYTES).toString('hex');
  writeFileSync(join(folder, 'tokens.csv'), `${adminToken},admin,admin-uid,"system:masters"\n`);
  writeFileSync(join(folder, 'policy.yaml'), AUDIT_POLICY);
  mkdirSync(join(folder, 'audit'));
  return { tls: makeTls(folder), signingKey: writeSigningKey(folder), adminToken };
}

function flagsOf(folder: string, etcd: string, port: number, tls: TestTls, signingKey: string): string[] {
  const url = `https://127.0.0.1:${port}`;
  const flags = {
    'etcd-servers': etcd,
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': port,
    'cert-dir': join(folder, 'certs'),
    'tls-cert-file': tls.certFile,
    'tls-private-key-file': tls.keyFile,
    'client-ca-file': tls.caFile,
    'token-auth-file': join(folder, 'tokens.csv'),
    'service-account-issuer': url,
    'service-account-key-file': `${signingKey}.pub`,
    'service-account-signing-key-file': signingKey,
    'service-cluster-ip-range': '10.0.0.0/24',
    'authorization-mode': 'Node,RBAC',
    'audit-policy-file': join(folder, 'policy.yaml'),
    'audit-log-path': join(folder, 'audit', 'audit.log'),
    'endpoint-reconciler-type': 'none',
  };
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}

/** Starts one for a test; it is gone after it. Ask `clusterNeeds` before. */
export async function startCluster(t: TestContext): Promise<Cluster> {
  const { folder: bin } = goProgram('apiserver');
  const folder = mkdtempSync(join(tmpdir(), 'muniment-cluster-'));
  const undo: Undo[] = [() => rmSync(folder, { recursive: true, force: true })];
  t.after(async () => {
    for (const step of undo.reverse()) await step();
  });
  const { tls, signingKey, adminToken } = writeFiles(folder);
  const etcd = await startEtcd(undo, folder);
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const over = fetchOver(() => ({ ca: tls.server.ca }));
  const ask = (method: string, path: string, body: unknown, token: string) =>
    over(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const answers = async () => (await ask('GET', '/readyz', undefined, adminToken)).ok;
  const flags = flagsOf(folder, etcd, port, tls, signingKey);
  const { stop } = await startServer(join(bin ?? '', 'apiserver'), flags, {
    answers,
    timeoutMs: API_TIMEOUT_MS,
  });
  undo.push(stop);
  return {
    ...{ url, tls, folder, adminToken, auditLog: join(folder, 'audit') },
    async call(method, path, body, token = adminToken) {
      const answer = await ask(method, path, body, token);
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return JSON.parse(await answer.text());
    },
  };
}
