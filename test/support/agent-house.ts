/** A real server on free ports with one identity for this test's own user, and a real agent that joined it. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResourceKind, ResourceSpecs } from '#verifier';
import { createLog, type RunningAgent, startAgent } from '../../src/agent/index.ts';
import { type Served, serve } from '../../src/api/serve.ts';
import { readConfig } from '../../src/config.ts';
import type { Draft } from '../../src/store/index.ts';

export const TRUST_DOMAIN = 'example.test';
export const IDENTITY = `idn_${'a'.repeat(26)}`;
export const SPIFFE_ID = `spiffe://${TRUST_DOMAIN}/payments`;
const AGENT_IDENTITY = `idn_${'b'.repeat(26)}`;
const OWNER = `per_${'a'.repeat(26)}`;

export interface AgentHouse {
  folder: string;
  server: Served;
  /** Stops the server and starts it again on the same port and data. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  startAgent(name?: string): Promise<RunningAgent & { stop(): Promise<void>; data: string }>;
  joinToken(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function openAgentHouse({ maxTtlSeconds = 3600 } = {}): Promise<AgentHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-ah-'));
  const data = join(folder, 'server');
  let apiPort = 0;
  const start = (): Promise<Served> =>
    serve(
      readConfig({
        environment: {},
        flags: { data, apiPort, consolePort: 0, sweep: false, logLevel: 'silent', trustDomain: TRUST_DOMAIN },
      }),
    );
  let server = await start();
  apiPort = Number(new URL(server.urls.api).port);
  await server.house.log.append(seeds(maxTtlSeconds));
  const agents: Array<() => Promise<void>> = [];
  return {
    folder,
    get server() {
      return server;
    },
    stopServer: () => server.close(),
    async startServer() {
      server = await start();
    },
    joinToken: async (name) => (await server.house.tokens.create({ agentName: name, actor: 'sys' })).token,
    async startAgent(name = 'host-1') {
      const stopping = new AbortController();
      const agentData = join(folder, name);
      mkdirSync(agentData, { recursive: true });
      const agent = await startAgent({
        server: server.urls.api,
        ca: { file: join(data, 'ca.pem') },
        data: agentData,
        name,
        joinToken: async () => (await server.house.tokens.create({ agentName: name, actor: 'sys' })).token,
        log: createLog(process.env.MUNIMENT_TEST_VERBOSE ? 'debug' : 'silent', (line) =>
          process.stderr.write(line),
        ),
        signal: stopping.signal,
      });
      const stop = async () => {
        stopping.abort();
        await agent.ended.catch(() => {});
      };
      agents.push(stop);
      return { ...agent, stop, data: agentData };
    },
    async close() {
      for (const stop of agents) await stop();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function declared<K extends ResourceKind>(kind: K, id: string, name: string, spec: ResourceSpecs[K]): Draft {
  const data = { kind, id, name, spec, change: null, bootstrap: false };
  return { kind: 'resource.declared', subject: id, actor: 'sys', data };
}

function identity(id: string, name: string): Draft[] {
  const spec = {
    kind: 'workload',
    purpose: 'tests of the agent',
    application: 'app_shop',
    owner: OWNER,
    profile: 'prf_all',
    environment: 'test',
    spiffePath: `/${name}`,
  } as const;
  const data = { identity: id, from: null, to: 'active', reason: 'test', change: null } as const;
  return [declared('Identity', id, name, spec), { kind: 'identity.moved', subject: id, actor: 'sys', data }];
}

function seeds(maxTtlSeconds: number): Draft[] {
  const nobody = { commitment: '0'.repeat(64) };
  const uid = process.getuid?.() ?? 0;
  const cedar = 'permit (principal, action, resource);';
  return [
    declared('Person', OWNER, 'ann', { displayName: nobody, roles: ['viewer'], keys: [], status: 'active' }),
    declared('Application', 'app_shop', 'shop', { description: '', owner: OWNER, status: 'active' }),
    declared('Profile', 'prf_all', 'all', {
      description: '',
      actions: ['join', 'renew', 'issue-x509-svid', 'issue-jwt-svid'],
      maxTtlSeconds,
      audiences: ['orders', 'interop'],
    }),
    ...identity(AGENT_IDENTITY, 'muniment-agent'),
    ...identity(IDENTITY, 'payments'),
    declared('Trust', 'tru_join', 'muniment-agent-token', {
      identity: AGENT_IDENTITY,
      method: 'token',
      where: {},
    }),
    declared('Trust', 'tru_payments', 'payments', { identity: IDENTITY, method: 'unix', where: { uid } }),
    declared('Policy', 'pol_all', 'permit-all', {
      description: '',
      cedar,
      version: createHash('sha256').update(cedar).digest('hex'),
    }),
  ];
}
