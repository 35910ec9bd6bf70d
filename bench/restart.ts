/** How long a server takes to be ready again after it was killed under load, log and all. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAndRestart } from '../test/crash/restart.ts';
import { type Place, settle } from '../test/support/field.ts';
import { postgresPrograms, startPostgres } from '../test/support/postgres.ts';
import { type Figure, percentile } from './measure.ts';

const KILLS = 20;

export async function restart(): Promise<Figure[]> {
  const figures = [await inPlace('restart after kill -9, embedded', {})];
  if (postgresPrograms() === undefined) return figures;
  const postgres = await startPostgres();
  try {
    const databaseUrl = await postgres.database('restart');
    return [...figures, await inPlace('restart after kill -9, postgresql', { databaseUrl })];
  } finally {
    await postgres.stop();
  }
}

async function inPlace(name: string, database: Pick<Place, 'databaseUrl'>): Promise<Figure> {
  const base = mkdtempSync(join(tmpdir(), 'muniment-restart-'));
  try {
    const place = { data: join(base, 'data'), ...database };
    await settle(place);
    const times = (await killAndRestart(place, KILLS)).times.sort((a, b) => a - b);
    const note = `${KILLS} kills at random moments under issuance, to the ready line; aim p99 under 3000`;
    return { name, p50: percentile(times, 0.5), p99: percentile(times, 0.99), note };
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
