/** A real server on free ports with one identity for this test's own user, and a real agent that joined it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, type RunningAgent, startAgent } from '../../src/agent/index.ts';
import { type Served, serve } from '../../src/api/serve.ts';
import { readConfig } from '../../src/config.ts';
import { estate, TRUST_DOMAIN } from './estate.ts';

export { IDENTITY, SPIFFE_ID, TRUST_DOMAIN } from './estate.ts';

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

/** @param settings more of the server's */
export async function openAgentHouse({ maxTtlSeconds = 3600, settings = {} } = {}): Promise<AgentHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-ah-'));
  const data = join(folder, 'server');
  let apiPort = 0;
  const start = (): Promise<Served> =>
    serve(
      readConfig({
        environment: {},
        flags: {
          data,
          apiPort,
          consolePort: 0,
          sweep: false,
          logLevel: 'silent',
          trustDomain: TRUST_DOMAIN,
          ...settings,
        },
      }),
    );
  let server = await start();
  apiPort = Number(new URL(server.urls.api).port);
  await server.house.log.append(estate({ maxTtlSeconds }));
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
