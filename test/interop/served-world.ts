/** A server as `muniment serve` starts it, with people, a change that was carried out and a credential, all through its doors. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, startAgent } from '../../src/agent/index.ts';
import { ForeignClient } from '../../src/agent/testing/foreign-client.ts';
import { type Served, serve } from '../../src/api/serve.ts';
import { type Call, carryOut, enrol, operatorDoor, PAYMENTS, type TestHouse } from '../../src/api/testing.ts';
import { readConfig } from '../../src/config.ts';

export interface ServedWorld {
  /** Of the TLS door, and the file of the CA that it shows. */
  url: string;
  ca: string;
  /** `Authorization` of a person who has every role. */
  authorization: string;
  close(): Promise<void>;
}

/** Sends as `TestHouse.call` does, over the real doors: the admin socket, and otherwise the console's. */
function caller({ urls }: Served): Pick<TestHouse, 'call'> {
  const call = (path: string, { body, headers = {}, door }: Call = {}) =>
    new Promise<{ status: number; text: string; json: unknown }>((resolve, reject) => {
      const { hostname, port, host } = new URL(urls.console);
      const where = door?.kind === 'socket' ? { socketPath: urls.adminSocket } : { hostname, port };
      const method = body === undefined ? 'GET' : 'POST';
      const sent = { host: door?.kind === 'socket' ? 'localhost' : host, 'content-type': 'application/json' };
      const asked = request({ ...where, path, method, headers: { ...sent, ...headers } }, async (answer) => {
        const text = Buffer.concat(await answer.toArray()).toString();
        resolve({ status: answer.statusCode ?? 0, text, json: JSON.parse(text) });
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return { call: call as unknown as TestHouse['call'] };
}

async function useAgent(served: Served, data: string, folder: string, token: string): Promise<() => unknown> {
  const stopping = new AbortController();
  const agent = await startAgent({
    server: served.urls.api,
    ca: { file: join(data, 'ca.pem') },
    data: folder,
    name: 'web-1',
    joinToken: async () => token,
    log: createLog('silent', () => undefined),
    signal: stopping.signal,
  });
  const client = new ForeignClient(agent.socketPath);
  await client.watch('FetchX509SVID').next();
  client.close();
  return async () => {
    stopping.abort();
    await agent.ended.catch(() => undefined);
  };
}

export async function openServedWorld(): Promise<ServedWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-world-'));
  const data = join(folder, 'server');
  const flags = { data, apiPort: 0, consolePort: 0, sweep: false, logLevel: 'silent' };
  const served = await serve(readConfig({ environment: {}, flags }));
  const test = caller(served) as TestHouse;
  const ada = await enrol(test, 'ada', ['admin', 'approver', 'operator', 'auditor']);
  const bo = await enrol(test, 'bo');
  await carryOut(test, ada, bo, PAYMENTS.replaceAll('1001', String(process.getuid?.() ?? 0)));
  const body = { agent: 'web-1' };
  const { token } = (await test.call('/api/v1/tokens', { body, door: operatorDoor() })).json;
  const stopAgent = await useAgent(served, data, join(folder, 'agent'), token);
  return {
    url: served.urls.api,
    ca: join(data, 'ca.pem'),
    authorization: ada.bearer.authorization as string,
    async close() {
      await stopAgent();
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
