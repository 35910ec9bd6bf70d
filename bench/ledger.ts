/** Durable entries a second, against raw inserts of the same bytes in batches through the same driver. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { systemClock } from '../src/kernel/index.ts';
import { type Database, type Draft, openDatabase, openLog } from '../src/store/index.ts';
import { testSigner } from '../test/support/log-signer.ts';
import { postgresPrograms, startPostgres } from '../test/support/postgres.ts';
import { type Figure, underLoad } from './measure.ts';

const LOAD_MS = 3000;
const RAW_BATCH = 1000;
const RAW_BATCHES = 10;
const ENTRY_BYTES = 900;
const WRITERS = [1, 32, 256, 1024];

/** As the owner: the application's own role may create nothing. The table goes with the transaction. */
function rawInsertsPerSecond(database: Database): Promise<number> {
  return database.ownerTransaction(async (tx) => {
    await sql`create table bench_raw (idx bigint primary key, bytes bytea not null)`.execute(tx);
    const bytes = Buffer.alloc(ENTRY_BYTES, 7);
    const began = performance.now();
    for (let batch = 0; batch < RAW_BATCHES; batch += 1) {
      const indices = Array.from({ length: RAW_BATCH }, (_, at) => batch * RAW_BATCH + at);
      await sql`insert into bench_raw select * from unnest(${indices}::bigint[], ${indices.map(() => bytes)}::bytea[])`.execute(
        tx,
      );
    }
    const elapsed = performance.now() - began;
    await sql`drop table bench_raw`.execute(tx);
    return (RAW_BATCHES * RAW_BATCH * 1000) / elapsed;
  });
}

const draft = (): Draft => ({
  kind: 'requests.counted',
  subject: '',
  actor: 'sys',
  data: {
    source: 'bench',
    reason: 'x'.repeat(400),
    from: '2026-01-01T00:00:00.000Z',
    to: '2026-01-01T00:00:00.000Z',
    count: 1,
  },
});

async function ofEngine(name: string, open: () => Promise<Database>): Promise<Figure[]> {
  const raw = await open();
  const base = await rawInsertsPerSecond(raw);
  const log = await openLog({ database: raw, signer: testSigner(), clock: systemClock });
  const figures: Figure[] = [{ name: `raw inserts, batches of ${RAW_BATCH}, ${name}`, perSecond: base }];
  for (const writers of WRITERS) {
    const load = await underLoad(writers, LOAD_MS, () => log.append([draft()]));
    figures.push({
      name: `durable entries, ${writers} writers, ${name}`,
      ...load,
      ratio: load.perSecond / base,
      of: 'raw inserts',
    });
  }
  await log.close();
  await raw.close();
  return figures;
}

export async function ledger(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const figures = await ofEngine('embedded', () => openDatabase({ folder }));
  rmSync(folder, { recursive: true, force: true });
  if (postgresPrograms() === undefined)
    return [...figures, { name: 'PostgreSQL', note: 'not measured: none is installed' }];
  const postgres = await startPostgres();
  try {
    const url = await postgres.database('bench');
    return [...figures, ...(await ofEngine('PostgreSQL, fsync off', () => openDatabase({ url })))];
  } finally {
    await postgres.stop();
  }
}
