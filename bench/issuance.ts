/** SVIDs and refusals a second through the HTTPS API of a server in a process of its own: decided, durable, logged. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../src/kernel/index.ts';
import {
  csrOf,
  type FieldServer,
  joinClient,
  newKey,
  type Place,
  settle,
  startServer,
} from '../test/support/field.ts';
import { postgresPrograms, startPostgres } from '../test/support/postgres.ts';
import { type Figure, underLoad } from './measure.ts';
import { cpuSeconds } from './processes.ts';
import { openWire, posted, type Wire } from './wire.ts';

const CLIENTS = 32;
const WARM_MS = 3000;
const LOAD_MS = 6000;
const OF = 'bare P-256 signatures';

interface Case {
  name: string;
  status: number;
  body(client: number): object;
}

const own = process.getuid?.() ?? 0;
const ATTESTED = { attested: { uid: own }, claimed: {} };
const CASES: Case[] = [
  {
    name: 'X509-SVIDs',
    status: 200,
    body: () => ({ action: 'issue-x509-svid', ...ATTESTED, csr: csrOf(newKey()) }),
  },
  {
    name: 'JWT-SVIDs',
    status: 200,
    body: () => ({ action: 'issue-jwt-svid', ...ATTESTED, audience: ['orders'] }),
  },
  {
    name: 'refusals of X509-SVIDs',
    status: 403,
    body: () => ({
      action: 'issue-x509-svid',
      attested: { uid: own + 1 },
      claimed: {},
      csr: csrOf(newKey()),
    }),
  },
  {
    name: 'refusals of JWT-SVIDs',
    status: 403,
    body: () => ({ action: 'issue-jwt-svid', attested: { uid: own + 1 }, claimed: {}, audience: ['orders'] }),
  },
];

async function ofCase(
  { name, status, body }: Case,
  wires: Wire[],
  pids: number[],
  signatures: number,
  engine: string,
): Promise<Figure> {
  const requests = wires.map((_, client) =>
    posted('/api/v1/agent/issue', { instance: newId('instance'), ...body(client) }),
  );
  const free = wires.map((_, at) => at);
  const one = async (): Promise<void> => {
    const at = free.pop() as number;
    const answer = await (wires[at] as Wire).send(requests[at] as Buffer);
    free.push(at);
    if (answer.status !== status) throw new Error(`${name}: ${answer.status} ${answer.text}`);
  };
  await underLoad(CLIENTS, WARM_MS, one);
  const before = cpuSeconds(pids);
  const load = await underLoad(CLIENTS, LOAD_MS, one);
  const spent = ((cpuSeconds(pids) - before) * 1000) / (load.perSecond * (LOAD_MS / 1000));
  return {
    name: `${name}, ${CLIENTS} clients, ${engine}`,
    ...load,
    ratio: load.perSecond / signatures,
    of: OF,
    note: `${spent.toFixed(2)} CPU-seconds of the server's processes a thousand`,
  };
}

async function ofServer(
  server: FieldServer,
  pids: number[],
  signatures: number,
  engine: string,
): Promise<Figure[]> {
  const joined = await joinClient(server, 'bench');
  const tls = {
    port: Number(new URL(server.api).port),
    ca: readFileSync(join(server.place.data, 'ca.pem')),
    cert: joined.certificate,
    key: joined.key.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
  const wires = await Promise.all(Array.from({ length: CLIENTS }, () => openWire(tls)));
  const figures: Figure[] = [];
  for (const each of CASES) figures.push(await ofCase(each, wires, pids, signatures, engine));
  for (const wire of wires) wire.close();
  joined.close();
  return figures;
}

async function ofPlace(place: Place, more: number[], signatures: number, engine: string): Promise<Figure[]> {
  await settle(place);
  const server = await startServer(place);
  try {
    return await ofServer(server, [server.pid, ...more], signatures, engine);
  } finally {
    await server.stop();
  }
}

export async function issuance(signatures: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const figures = await ofPlace({ data: join(folder, 'embedded') }, [], signatures, 'embedded');
    if (postgresPrograms() === undefined)
      return [...figures, { name: 'PostgreSQL', note: 'not measured: none is installed' }];
    const postgres = await startPostgres({ fsync: 'on' });
    try {
      const place = { data: join(folder, 'postgresql'), databaseUrl: await postgres.database('bench') };
      return [...figures, ...(await ofPlace(place, [postgres.pid], signatures, 'PostgreSQL'))];
    } finally {
      await postgres.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
