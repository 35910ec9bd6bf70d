import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { canonicalize, digestOfTables, isLive, type RowTable, SNAPSHOT_TABLES } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { Db, Tx, Work } from '../contract.ts';
import { readHead } from './head.ts';
import { stoodAt } from './moment.ts';
import { SYSTEM } from './prelude.ts';

/** So few that neither the embedded engine's one session nor the event loop is held for long. */
const PAGE_VERSIONS = 500;

/** Another snapshot was appended while this one was computed. */
export class Superseded extends Error {}

/**
 * The snapshot of what the log holds now, to be committed. Versions of rows never change once they are known, so the state at
 * a size is read without the lock, page by page, while the log grows on. Sizes of snapshots nest: each is of every entry up to
 * the snapshot before it; where a replica's came between, `consume` throws `Superseded`.
 */
export async function snapshotWork(db: Db): Promise<Work<undefined>> {
  const { size, time } = await readHead(db);
  const occurred = time ?? '';
  const hashes: Array<readonly [RowTable, string]> = [];
  for (const table of SNAPSHOT_TABLES) hashes.push([table, await tableHash(db, table, size, occurred)]);
  const data = { size, state: digestOfTables(hashes), tables: [...SNAPSHOT_TABLES] };
  return {
    decide: () => ({
      drafts: [{ kind: 'snapshot', subject: '', actor: SYSTEM, occurred, data }],
      result: undefined,
    }),
    consume: (tx) => checkNewest(tx, size),
  };
}

/** SHA-256, hex, of canonical `{key: row}` over the live rows of a table, as `stateDigest` has it. */
async function tableHash(db: Db, table: RowTable, size: number, time: string): Promise<string> {
  const hash = createHash('sha256').update('{');
  let last: string | undefined;
  for await (const { key, data } of standingRows(db, table, size, time)) {
    if (!isLive(table, data, time)) continue;
    checkOrder(table, last, key);
    hash.update(`${last === undefined ? '' : ','}${canonicalize(key)}:${canonicalize(data)}`);
    last = key;
  }
  return hash.update('}').digest('hex');
}

/** The database sorts by bytes and canonical JSON by UTF-16 units: the same for every key that an id can be. */
function checkOrder(table: RowTable, before: string | undefined, key: string): void {
  if (before === undefined || before < key) return;
  throw new MunimentError('data_damaged', `keys of \`${table}\` have no canonical order at \`${key}\``);
}

interface Version {
  key: string;
  known_from: number;
  /** Null where this version did not stand. */
  data: never | null;
}

async function* standingRows(db: Db, table: RowTable, size: number, time: string) {
  let after: Pick<Version, 'key' | 'known_from'> = { key: '', known_from: -1 };
  for (;;) {
    const page = await pageOf(
      db,
      table,
      after,
      sql`${stoodAt(table, 'r', { size })} and ${notEnded(table, time)}`,
    );
    for (const { key, data } of page) if (data !== null) yield { key, data: data as never };
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_VERSIONS) return;
    after = last;
  }
}

/** Every version is walked over, by the primary key: a page then costs the same whatever it holds. */
async function pageOf(
  db: Db,
  table: RowTable,
  after: Pick<Version, 'key' | 'known_from'>,
  stood: RawBuilder<unknown>,
): Promise<Version[]> {
  const { rows } = await sql<Version>`select r.key, r.known_from, case when ${stood} then r.data end as data
    from ${sql.table(`row_${table}`)} as r where (r.key, r.known_from) > (${after.key}, ${after.known_from})
    order by r.key, r.known_from limit ${PAGE_VERSIONS}`.execute(db);
  return rows;
}

/** Most credentials have ended; they stay in the database. */
const notEnded = (table: RowTable, time: string) =>
  table === 'credential' ? sql`(r.data->'credential'->>'notAfter') collate "C" >= ${time}` : sql`true`;

async function checkNewest(tx: Tx, size: number): Promise<void> {
  const newer = await tx
    .selectFrom('entry')
    .select('idx')
    .where('kind', '=', 'snapshot')
    .where('idx', '>=', size)
    .limit(1)
    .executeTakeFirst();
  if (newer !== undefined) throw new Superseded();
}
