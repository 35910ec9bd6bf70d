/** From the moment a person asks for a lock to the refusal, at each point where a dead credential would be shown. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ClientHttp2Session } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodePem } from '../src/crypto/index.ts';
import { IDENTITY } from '../test/support/estate.ts';
import {
  csrOf,
  type FieldClient,
  type FieldServer,
  joinClient,
  newKey,
  operate,
  type Place,
  settle,
  startServer,
} from '../test/support/field.ts';
import { postgresPrograms, startPostgres } from '../test/support/postgres.ts';
import { startBenchAgent } from './agent.ts';
import { openSession, watchX509 } from './grpc.ts';
import { type Figure, percentile } from './measure.ts';

const LOCKS = 20;
const POLL_MS = 2;
const GIVE_UP_MS = 30_000;
const run = promisify(execFile);

/** Milliseconds from a lock's request to each refusal. */
type Times = Record<string, number>;

interface Scene {
  server: FieldServer;
  client: FieldClient;
  session: ClientHttp2Session;
  folder: string;
}

async function until(began: number, look: () => Promise<boolean>): Promise<number> {
  for (;;) {
    if (await look()) return performance.now() - began;
    if (performance.now() - began > GIVE_UP_MS) throw new Error('a dead credential is not refused');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function crlOf(client: FieldClient): Promise<{ pem: string; serials: string }> {
  const { json } = await client.get('/api/v1/agent/bundle');
  const lists = (json.crls as string[]).map((list) => Buffer.from(list, 'base64'));
  return {
    pem: lists.map((list) => encodePem(list, 'X509 CRL')).join(''),
    serials: lists.map((list) => list.toString('hex').toUpperCase()).join(),
  };
}

/** OpenSSL refuses with the list that is published; how long it takes itself is in the figure. */
async function opensslRefuses(
  { client, folder, server }: Scene,
  leaf: string,
  chain: string,
): Promise<boolean> {
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const crl = file('crl.pem', (await crlOf(client)).pem);
  const ca = join(server.place.data, 'ca.pem');
  const args = [
    'verify',
    '-x509_strict',
    '-crl_check',
    '-CAfile',
    ca,
    '-untrusted',
    file('chain.pem', chain),
  ];
  const judged = await run('openssl', [...args, '-CRLfile', crl, file('leaf.pem', leaf)]).catch(
    (error) => error,
  );
  return /certificate revoked/.test(`${judged.stdout}${judged.stderr}`);
}

async function once(scene: Scene): Promise<Times> {
  const { client, server, session } = scene;
  const csr = csrOf(newKey());
  const [leaf = '', ...chain] = (await client.issue({ csr })).json.items[0].certificate.map((der: string) =>
    encodePem(Buffer.from(der, 'base64'), 'CERTIFICATE'),
  );
  const serial = new X509Certificate(leaf).serialNumber;
  const { jwt } = (await client.issue({ audience: ['orders'] })).json.items[0];
  const stream = await watchX509(session);
  const began = performance.now();
  const placing = operate(server.place, '/locks', {
    target: { kind: 'identity', id: IDENTITY },
    reason: 'bench',
  });
  const introspected = () =>
    client.post('/oauth/introspect', new URLSearchParams({ token: jwt })).then(({ json }) => !json.active);
  const times = await Promise.all([
    until(began, async () => (await client.issue({ csr })).status === 403),
    until(began, introspected),
    stream.ended.then(() => performance.now() - began),
    until(began, async () => (await crlOf(client)).serials.includes(serial)),
    until(began, () => opensslRefuses(scene, leaf, chain.join(''))),
  ]);
  const { json } = await placing;
  await operate(server.place, `/locks/${json.lock}/lift`, { reason: 'bench' });
  const [api = 0, introspection = 0, agent = 0, crl = 0, openssl = 0] = times;
  return {
    API: api,
    introspection,
    "agent's stream": agent,
    'CRL published': crl,
    'OpenSSL refusing': openssl,
  };
}

async function ofPlace(place: Place, folder: string, engine: string): Promise<Figure[]> {
  await settle(place);
  const server = await startServer(place);
  const client = await joinClient(server, 'bench-client');
  const running = await startBenchAgent(server, folder);
  const session = await openSession(running.socket);
  const all: Times[] = [];
  for (let lock = 0; lock < LOCKS; lock += 1) all.push(await once({ server, client, session, folder }));
  session.destroy();
  client.close();
  await running.stop();
  await server.stop();
  return Object.keys(all[0] ?? {}).map((point) => {
    const sorted = all.map((times) => times[point] ?? 0).sort((a, b) => a - b);
    return {
      name: `lock to refusal: ${point}, ${engine}`,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      note: `${LOCKS} locks`,
    };
  });
}

export async function lock(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const other = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const figures = await ofPlace({ data: join(folder, 'data') }, folder, 'embedded');
    if (postgresPrograms() === undefined)
      return [...figures, { name: 'PostgreSQL', note: 'not measured: none is installed' }];
    const postgres = await startPostgres({ fsync: 'on' });
    try {
      const databaseUrl = await postgres.database('bench');
      return [
        ...figures,
        ...(await ofPlace({ data: join(other, 'data'), databaseUrl }, other, 'PostgreSQL')),
      ];
    } finally {
      await postgres.stop();
    }
  } finally {
    for (const each of [folder, other]) rmSync(each, { recursive: true, force: true });
  }
}
