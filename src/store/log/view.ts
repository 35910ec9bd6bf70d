import { sql } from 'kysely';
import { DECIDING_TABLES, type RowChange, type Rows } from '#verifier';
import type { Db, DecidingTable, Tx, View } from '../contract.ts';
import { BucketMap } from './bucket-map.ts';

type Table = BucketMap<unknown>;
type Tables = ReadonlyMap<DecidingTable, Table>;
type NamedTable = Parameters<View['named']>[0];
type Change = readonly [key: string, row: unknown];

const DECIDING: ReadonlySet<string> = new Set(DECIDING_TABLES);
const NAMED_TABLES = [
  'application',
  'profile',
  'identity',
  'policy',
  'trust',
  'rotation',
  'exception',
  'control_owner',
] as const satisfies readonly NamedTable[];
const NAMED: ReadonlySet<string> = new Set(NAMED_TABLES);

export const isDecidingChange = ({ table }: RowChange): boolean => DECIDING.has(table);

/** Immutable: a change makes another view, which shares what did not change. A lock must not cost a walk over every identity. */
export class TableView implements View {
  readonly epoch: number;
  readonly #tables: Tables;
  /** Rows that stand, by name. */
  readonly #names: Tables;

  private constructor(epoch: number, tables: Tables, names: Tables) {
    this.epoch = epoch;
    this.#tables = tables;
    this.#names = names;
  }

  static empty(): TableView {
    const none = (tables: readonly DecidingTable[]): Tables =>
      new Map(tables.map((table) => [table, BucketMap.empty()]));
    return new TableView(0, none(DECIDING_TABLES), none(NAMED_TABLES));
  }

  rows<T extends DecidingTable>(table: T): ReadonlyMap<string, Rows[T]> {
    return this.#tables.get(table) as ReadonlyMap<string, unknown> as ReadonlyMap<string, Rows[T]>;
  }

  named<T extends NamedTable>(table: T, name: string): Rows[T] | undefined {
    return this.#names.get(table)?.get(name) as Rows[T] | undefined;
  }

  /** The view after these changes; rows of tables that decisions do not look at are passed over. */
  after(changes: Iterable<RowChange>, epoch: number): TableView {
    const [tables, names] = [new Map(this.#tables), new Map(this.#names)];
    const deciding = [...changes].filter(isDecidingChange);
    for (const [name, those] of Map.groupBy(deciding, ({ table }) => table as DecidingTable)) {
      const before = tables.get(name) as Table;
      const writes = those.map(({ key, row }): Change => [key, row]);
      tables.set(name, before.with(writes));
      const known = NAMED.has(name) ? names.get(name) : undefined;
      if (known !== undefined) names.set(name, known.with(renamings(before, known, writes)));
    }
    return new TableView(epoch, tables, names);
  }
}

type NamedRow = Rows[NamedTable];

/** What a table's changes mean for its names: a row that is replaced gives its own up, unless another took it. */
function* renamings(rows: Table, names: Table, writes: readonly Change[]): Iterable<Change> {
  const standing = new Map<string, unknown>();
  const holders = new Map<string, unknown>();
  for (const [key, row] of writes) {
    const before = (standing.has(key) ? standing.get(key) : rows.get(key)) as NamedRow | undefined;
    const name = String(before?.name);
    const holder = holders.has(name) ? holders.get(name) : names.get(name);
    if (before !== undefined && holder === before) yield* held(holders, name, undefined);
    const after = row as NamedRow;
    if (!after.retired) yield* held(holders, String(after.name), row);
    standing.set(key, row);
  }
}

function* held(holders: Map<string, unknown>, name: string, row: unknown): Iterable<Change> {
  holders.set(name, row);
  yield [name, row];
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
