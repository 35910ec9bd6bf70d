/** From the command to the line that says ready, and what an idle server holds in memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Place, startServer } from '../test/support/field.ts';
import { postgresPrograms, startPostgres } from '../test/support/postgres.ts';
import { type Figure, percentile } from './measure.ts';
import { residentMib } from './processes.ts';

const LATER_STARTS = 5;
/** What a start leaves behind is collected by then. */
const IDLE_MS = 10_000;

async function startTime(
  place: Place,
): Promise<{ milliseconds: number; server: Awaited<ReturnType<typeof startServer>> }> {
  const began = performance.now();
  const server = await startServer(place);
  return { milliseconds: performance.now() - began, server };
}

async function ofPlace(place: Place, engine: string): Promise<Figure[]> {
  const first = await startTime(place);
  await first.server.stop();
  const later: number[] = [];
  let mib = 0;
  for (let turn = 0; turn < LATER_STARTS; turn += 1) {
    const { milliseconds, server } = await startTime(place);
    later.push(milliseconds);
    if (turn === LATER_STARTS - 1) {
      await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
      mib = residentMib(server.pid);
    }
    await server.stop();
  }
  later.sort((a, b) => a - b);
  return [
    { name: `first start to ready, ${engine}`, p50: first.milliseconds },
    { name: `later starts to ready, ${engine}`, p50: percentile(later, 0.5), p99: percentile(later, 0.99) },
    { name: `idle memory of the server, ${engine}`, note: `${mib.toFixed(0)} MiB` },
  ];
}

export async function start(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const figures = await ofPlace({ data: join(folder, 'embedded') }, 'embedded');
    if (postgresPrograms() === undefined)
      return [...figures, { name: 'PostgreSQL', note: 'not measured: none is installed' }];
    const postgres = await startPostgres({ fsync: 'on' });
    try {
      const place = { data: join(folder, 'postgresql'), databaseUrl: await postgres.database('bench') };
      return [...figures, ...(await ofPlace(place, 'PostgreSQL'))];
    } finally {
      await postgres.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
