import { sql } from 'kysely';
import { DECIDING_TABLES, type RowChange, type Rows } from '#verifier';
import type { Db, DecidingTable, Tx, View } from '../contract.ts';

type Tables = ReadonlyMap<DecidingTable, ReadonlyMap<string, unknown>>;
type NamedTable = Parameters<View['named']>[0];

const DECIDING: ReadonlySet<string> = new Set(DECIDING_TABLES);

/** Kept by table, which views share until it changes: a lock must not cost a walk over every identity's name. */
const NAMES = new WeakMap<ReadonlyMap<string, unknown>, ReadonlyMap<string, unknown>>();

export const isDecidingChange = ({ table }: RowChange): boolean => DECIDING.has(table);

/** Immutable: a change makes another view, which shares the tables that did not change. */
export class TableView implements View {
  readonly epoch: number;
  readonly #tables: Tables;

  constructor(epoch: number, tables: Tables) {
    this.epoch = epoch;
    this.#tables = tables;
  }

  static empty(): TableView {
    return new TableView(0, new Map(DECIDING_TABLES.map((table) => [table, new Map()])));
  }

  rows<T extends DecidingTable>(table: T): ReadonlyMap<string, Rows[T]> {
    return this.#tables.get(table) as ReadonlyMap<string, Rows[T]>;
  }

  named<T extends NamedTable>(table: T, name: string): Rows[T] | undefined {
    const rows = this.rows(table);
    let names = NAMES.get(rows);
    if (names === undefined) {
      const standing = [...rows.values()].filter(({ retired }) => !retired);
      names = new Map(standing.map((row) => [String(row.name), row]));
      NAMES.set(rows, names);
    }
    return names.get(name) as Rows[T] | undefined;
  }

  /** The view after these changes; rows of tables that decisions do not look at are passed over. */
  after(changes: Iterable<RowChange>, epoch: number): TableView {
    const tables = new Map(this.#tables);
    const fresh = new Map<DecidingTable, Map<string, unknown>>();
    for (const { table, key, row } of changes) {
      if (!DECIDING.has(table)) continue;
      const name = table as DecidingTable;
      let copy = fresh.get(name);
      if (copy === undefined) {
        copy = new Map(tables.get(name));
        fresh.set(name, copy);
        tables.set(name, copy);
      }
      copy.set(key, row);
    }
    return new TableView(epoch, tables);
  }
}

/**
 * What stands now, taken up from an older view: every version since is of an entry at or after its epoch. One statement,
 * so rows and epoch are of one moment.
 */
export async function catchUp(db: Db | Tx, view: TableView): Promise<TableView> {
  const legs = DECIDING_TABLES.map(
    (table) => sql`select ${sql.lit(table)} as t, key, data from ${sql.table(`row_${table}`)}
      where known_to is null and known_from >= ${view.epoch}`,
  );
  const { rows } = await sql<{ t: string; key: string; data: unknown }>`
    select 'epoch' as t, epoch::text as key, null::jsonb as data from log_head
    union all ${sql.join(legs, sql` union all `)}`.execute(db);
  const epoch = Number(rows.find(({ t }) => t === 'epoch')?.key);
  const changes = rows
    .filter(({ t }) => t !== 'epoch')
    .map(({ t, key, data }) => ({ table: t, key, row: data }));
  return view.after(changes as RowChange[], epoch);
}
