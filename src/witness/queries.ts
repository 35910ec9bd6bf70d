import { sql } from 'kysely';
import type { Db } from '../store/index.ts';
import type { Kept } from './model.ts';

/** Keeps a cosignature unless one over a larger tree is there: with several servers, a slow answer must not undo a newer one. */
export async function keepCosignature(db: Db, { origin, witness, ...rest }: Kept): Promise<void> {
  await db
    .insertInto('cosignature')
    .values({ origin, witness, ...rest })
    .onConflict((conflict) =>
      conflict
        .columns(['origin', 'witness'])
        .doUpdateSet(rest)
        .where(sql<boolean>`cosignature.size <= excluded.size`),
    )
    .execute();
}

export async function keptCosignatures(db: Db, origin: string): Promise<Kept[]> {
  const rows = await db.selectFrom('cosignature').selectAll().where('origin', '=', origin).execute();
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}
