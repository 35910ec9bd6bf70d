/** JWT-SVIDs a second through the agent's socket, for an audience asked before and for new ones. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY_AUDIENCE } from '#verifier';
import { estate } from '../test/support/estate.ts';
import { type FieldServer, operate, settle, startServer } from '../test/support/field.ts';
import { startOwn } from '../tools/demo/programs.ts';
import { call, jwtRequest, openSession } from './grpc.ts';
import { type Figure, underLoad } from './measure.ts';
import { residentMib } from './processes.ts';

const CLIENTS = 32;
const SESSIONS = 4;
const WARM_MS = 2000;
const LOAD_MS = 5000;
const SETTLE_MS = 3000;
const OF = 'bare P-256 signatures';

interface RunningAgent {
  pid: number;
  socket: string;
  stop(): Promise<void>;
}

export async function startBenchAgent(server: FieldServer, folder: string): Promise<RunningAgent> {
  const { json } = await operate(server.place, '/tokens', { agent: 'bench' });
  const tokenFile = join(folder, 'join.token');
  writeFileSync(tokenFile, json.token, { mode: 0o600 });
  const data = join(folder, 'agent');
  mkdirSync(data);
  const socket = join(folder, 'workload.sock');
  const flags = {
    server: server.api,
    ca: join(server.place.data, 'ca.pem'),
    data,
    socket,
    name: 'bench',
    'user-rate': '100000',
  };
  const args = Object.entries({ ...flags, 'join-token-file': tokenFile }).flatMap(([name, value]) => [
    `--${name}`,
    value,
  ]);
  const program = startOwn('src/agent/main.ts', ['run', ...args, '--json']);
  await program.until((fact) => fact.event === 'ready');
  return { pid: program.child.pid ?? 0, socket, stop: () => program.stop() };
}

async function throughSocket(socket: string, signatures: number): Promise<Figure[]> {
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => openSession(socket)));
  let turn = 0;
  const session = () => sessions[turn++ % SESSIONS] as (typeof sessions)[number];
  const known = jwtRequest('orders');
  let count = 0;
  const asks = {
    'an audience asked before': () => call(session(), known),
    'new audiences': () => call(session(), jwtRequest(`audience-${count++}`)),
  };
  const figures: Figure[] = [];
  for (const [name, ask] of Object.entries(asks)) {
    await underLoad(CLIENTS, WARM_MS, ask);
    const load = await underLoad(CLIENTS, LOAD_MS, ask);
    figures.push({
      name: `JWT-SVIDs at the agent's socket, ${name}`,
      ...load,
      ratio: load.perSecond / signatures,
      of: OF,
    });
  }
  for (const each of sessions) each.destroy();
  return figures;
}

export async function agent(signatures: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const place = { data: join(folder, 'data') };
  await settle(place, estate({ audiences: [ANY_AUDIENCE] }));
  const server = await startServer(place);
  try {
    const running = await startBenchAgent(server, folder);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const idle = residentMib(running.pid);
    const figures = await throughSocket(running.socket, signatures);
    await running.stop();
    return [{ name: 'idle memory of the agent', note: `${idle.toFixed(0)} MiB` }, ...figures];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
