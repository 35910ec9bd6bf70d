/** A large estate behind a real HTTP server: what sweeping it costs, what sweeping it again does, and what a page of it does then. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { operate, type Place, startServer } from '../test/support/field.ts';
import { postgresPrograms, startPostgres } from '../test/support/postgres.ts';
import { GRANTS_PER_IDENTITY } from './estate/provider.ts';
import type { SweepTold } from './estate/sweep.ts';
import { type Figure, percentile } from './measure.ts';

/** `ESTATE=1000` asks for another. */
const IDENTITIES = Number(process.env.ESTATE ?? 100_000);
const SWEEPS_MAX_MS = 1_800_000;
const ASKED_TIMES = 40;
const OUT_MAX_BYTES = 1024 * 1024;

const QUERIES = [
  '',
  '&class=identity',
  '&class=permission&present=true',
  '&q=service%2099',
  '&class=identity&present=true',
];

interface Provider {
  base: string;
  stop(): Promise<void>;
}

async function startProvider(identities: number): Promise<Provider> {
  const file = join(import.meta.dirname, 'estate/provider.ts');
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const child = spawn(process.execPath, [file, String(identities)], { stdio });
  const [line] = await once(createInterface(child.stdout), 'line');
  return {
    base: JSON.parse(line).base,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

interface Sweeps {
  first: SweepTold;
  second: SweepTold;
}

async function sweepTwice({ databaseUrl = '', data }: Place, base: string): Promise<Sweeps> {
  const file = join(import.meta.dirname, 'estate/sweep.ts');
  const limits = { timeout: SWEEPS_MAX_MS, maxBuffer: OUT_MAX_BYTES };
  const { stdout } = await promisify(execFile)(process.execPath, [file, databaseUrl, base, data], limits);
  return JSON.parse(stdout) as Sweeps;
}

/** Milliseconds of each answer, shortest first: over the socket of a real server, every query as often as the others. */
async function askPages(place: Place): Promise<number[]> {
  const server = await startServer(place);
  const times: number[] = [];
  try {
    for (let turn = 0; turn < ASKED_TIMES; turn += 1)
      for (const query of QUERIES) {
        const began = performance.now();
        const { status, text } = await operate(place, `/observations?limit=50${query}`);
        if (status !== 200) throw new Error(text);
        times.push(performance.now() - began);
      }
  } finally {
    await server.stop();
  }
  return times.sort((a, b) => a - b);
}

export interface EstateTold extends Sweeps {
  /** Milliseconds of each page of the inventory, shortest first. */
  pages: number[];
}

export async function sweepEstate(identities: number): Promise<EstateTold> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-estate-'));
  const [provider, postgres] = await Promise.all([startProvider(identities), startPostgres({ fsync: 'on' })]);
  const place = { data: join(folder, 'data'), databaseUrl: await postgres.database('estate') };
  try {
    const sweeps = await sweepTwice(place, provider.base);
    return { ...sweeps, pages: await askPages(place) };
  } finally {
    await Promise.all([provider.stop(), postgres.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function estate(): Promise<Figure[]> {
  const name = `estate of ${IDENTITIES} identities and ${IDENTITIES * GRANTS_PER_IDENTITY} permissions`;
  if (postgresPrograms() === undefined) return [{ name, note: 'not measured: no PostgreSQL is installed' }];
  const { first, second, pages } = await sweepEstate(IDENTITIES);
  const told = ({ verdict, differences }: SweepTold) => `${verdict}, ${JSON.stringify(differences)}`;
  return [
    { name: `${name}, first sweep`, p50: first.milliseconds, note: told(first) },
    { name: 'of it reconciliation', p50: first.reconciliation, note: 'aim under 60000' },
    {
      ...{ name: 'second sweep, nothing changed', p50: second.milliseconds },
      ...{ ratio: second.milliseconds / first.milliseconds, of: 'the first' },
      note: `aim under 0.25; ${told(second)}`,
    },
    {
      name: 'memory of the sweeping process, peak',
      note: `${first.peak} MiB, ${second.peak} with the second; aim under 1024`,
    },
    {
      ...{ name: 'page of the inventory', p50: percentile(pages, 0.5), p99: percentile(pages, 0.99) },
      note: `p95 ${percentile(pages, 0.95).toFixed(0)} ms, aim under 200`,
    },
  ];
}
