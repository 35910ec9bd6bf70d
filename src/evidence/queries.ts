import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { sql } from 'kysely';
import { emptyState, liveState, ROW_TABLES, type RowTable, type State } from '#verifier';
import type { Db, Tx } from '../store/index.ts';

/** Tables whose rows a snapshot leaves out: they are events. */
const EVENTS: ReadonlySet<RowTable> = new Set(['refusal', 'probe']);

interface KeyedRow {
  key: string;
  data: never;
}

/** Rows as they stood after the first `size` entries. Credentials that ended before `time` are left in the database. */
async function rowsAt(db: Db, table: RowTable, size: number, time: string): Promise<KeyedRow[]> {
  const live =
    table === 'credential' ? sql`(data->'credential'->>'notAfter') collate "C" >= ${time}` : sql`true`;
  const { rows } = await sql<KeyedRow>`
    select key, data from ${sql.table(`row_${table}`)}
    where known_from < ${size} and (known_to is null or known_to >= ${size}) and ${live}
    order by key collate "C"`.execute(db);
  return rows;
}

/** The live rows at `time` after the first `size` entries: what a snapshot there would digest. */
export async function stateAt(db: Db, size: number, time: string): Promise<State> {
  const state = emptyState();
  state.size = size;
  for (const table of ROW_TABLES) {
    if (EVENTS.has(table)) continue;
    for (const { key, data } of await rowsAt(db, table, size, time)) {
      (state.tables[table] as Map<string, unknown>).set(key, data);
    }
  }
  return liveState(state, time);
}

/**
 * Moves a follower on from `from`, once: false where somebody else did already, in this very transaction too. Reading the log's
 * last entry would not tell, for what is committed together is not there to be read yet.
 */
export async function moveOnce(tx: Tx, name: string, from: number): Promise<boolean> {
  const { rows } = await sql`
    insert into follower (name, next) values (${name}, ${from + 1})
    on conflict (name) do update set next = excluded.next where follower.next < excluded.next
    returning name`.execute(tx);
  return rows.length === 1;
}

/** A page that a sweep read, as its digest has it; undefined where none is kept, or it is larger than `maxBytes`. */
export async function pageAt(db: Db, digest: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('document')
    .select('data')
    .where('digest', '=', digest)
    .where('bytes', '<=', maxBytes)
    .executeTakeFirst();
  return row && new Uint8Array(await promisify(gunzip)(row.data, { maxOutputLength: maxBytes }));
}
