import { type Kysely, sql } from 'kysely';
import { MunimentError } from '../../kernel/index.ts';
import type { Db, Tx } from '../contract.ts';
import { up as spine } from './0001-spine.ts';
import { up as monitoring } from './0002-monitoring.ts';
import { up as rotation } from './0003-rotation.ts';
import { up as oauth } from './0004-oauth.ts';
import { up as exceptions } from './0005-exceptions.ts';
import { up as breakGlass } from './0006-break-glass.ts';
import { up as growth } from './0007-growth.ts';
import { up as cosignatures } from './0008-cosignatures.ts';
import { up as reach } from './0009-reach.ts';
import { up as estate } from './0010-estate.ts';

/** In order, never changed once released: a mistake is mended by the next number. */
const MIGRATIONS: ReadonlyArray<(tx: Tx) => Promise<void>> = [
  spine,
  monitoring,
  rotation,
  oauth,
  exceptions,
  breakGlass,
  growth,
  cosignatures,
  reach,
  estate,
];

/** Number of the last migration: what a backup must be of to be restored by this program. */
export const SCHEMA_NUMBER = MIGRATIONS.length;

/** Any constant will do; it keeps two replicas from migrating at once. */
const MIGRATION_LOCK = 7440_7443;

interface Numbered {
  muniment_migration: { number: number };
}

/**
 * Brings the database to this program's schema; forward only.
 * @throws MunimentError `data_damaged` where a newer program was here before
 */
export async function migrate(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx);
    await sql`create table if not exists muniment_migration (number int primary key)`.execute(tx);
    const done = await applied(tx as unknown as Kysely<Numbered>);
    for (const [at, up] of MIGRATIONS.entries()) {
      if (at + 1 <= done) continue;
      await up(tx);
      await sql`insert into muniment_migration (number) values (${at + 1})`.execute(tx);
    }
  });
}

async function applied(db: Kysely<Numbered>): Promise<number> {
  const { last } = await db
    .selectFrom('muniment_migration')
    .select((select) => select.fn.max('number').as('last'))
    .executeTakeFirstOrThrow();
  const done = last ?? 0;
  if (done <= MIGRATIONS.length) return done;
  throw new MunimentError('data_damaged', 'the database was written by a newer version of muniment');
}
