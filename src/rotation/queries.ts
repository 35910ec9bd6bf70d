import { sql } from 'kysely';
import type { RotationPhase } from '#verifier';
import type { Database, Tx } from '../store/index.ts';

/** What a run keeps sealed between its phases, by name. */
export const sealedRuns = ({ db }: Pick<Database, 'db'>) => ({
  async get(name: string): Promise<Uint8Array | undefined> {
    const row = await db
      .selectFrom('sealed_secret')
      .select('sealed')
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.sealed;
  },
});

export async function putSealed(tx: Tx, name: string, sealed: Uint8Array): Promise<void> {
  await tx
    .insertInto('sealed_secret')
    .values({ name, sealed })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ sealed }))
    .execute();
}

export async function removeSealed(tx: Tx, name: string): Promise<void> {
  await tx.deleteFrom('sealed_secret').where('name', '=', name).execute();
}

/** Where the run stands, read inside the transaction that is to move it. */
export async function standingPhase(
  tx: Tx,
  run: string,
): Promise<{ phase: RotationPhase; ended: boolean; stalled: boolean } | undefined> {
  const { rows } = await sql<{ phase: RotationPhase; ended: boolean; stalled: boolean }>`
    select data->>'phase' as phase, data->>'ended' is not null as ended,
      data->'stalled' <> 'null'::jsonb as stalled
    from row_rotation_run where key = ${run} and known_to is null`.execute(tx);
  return rows[0];
}
