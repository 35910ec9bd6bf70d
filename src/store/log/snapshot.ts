import { sql } from 'kysely';
import { emptyState, ROW_TABLES, type State, stateDigest } from '#verifier';
import type { Db, Draft, Tx } from '../contract.ts';
import { SYSTEM } from './prelude.ts';

/** The fold's state as the tables have it: every standing row. */
export async function stateFromTables(db: Db | Tx, size: number): Promise<State> {
  const state = emptyState();
  state.size = size;
  for (const table of ROW_TABLES) {
    const { rows } = await sql<{ key: string; data: never }>`
      select key, data from ${sql.table(`row_${table}`)} where known_to is null`.execute(db);
    for (const { key, data } of rows) (state.tables[table] as Map<string, unknown>).set(key, data);
  }
  return state;
}

/** The snapshot entry over the state under the lock: `size` is the index, and `time` the leaf time, that it will get. */
export async function snapshotDraft(tx: Tx, size: number, time: string): Promise<Draft> {
  const state = await stateFromTables(tx, size);
  return { kind: 'snapshot', subject: '', actor: SYSTEM, data: { size, state: stateDigest(state, time) } };
}
