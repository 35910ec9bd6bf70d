import type { EvidenceInput } from '../evidence-input.ts';
import { project, type RowChange, type Rows, type RowTable } from '../words/index.ts';
import type { Interval } from './intervals.ts';

/** A row as it stood for a while within the period. */
export interface Version<T extends RowTable> extends Interval {
  row: Rows[T];
  /** The entry that made it so; -1 where it stood before the period. */
  since: number;
}

export type History<T extends RowTable> = Map<string, Version<T>[]>;

/** Every version of every row of one table over the period, keys and versions in order. */
export type Histories = <T extends Exclude<RowTable, Once>>(table: T) => History<T>;

/** Rows that are written once and never again: the closing state has them, and a history would say no more. */
type Once = 'credential' | 'refusal' | 'probe';
const ONCE: ReadonlySet<RowTable> = new Set<Once>(['credential', 'refusal', 'probe']);

type AnyHistory = Map<string, Version<RowTable>[]>;

const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);

/** A row's present version ends where the next begins. */
function supersede(
  versions: Version<RowTable>[],
  row: Rows[RowTable],
  time: string,
  since: number,
  end: string,
): void {
  const last = versions.at(-1);
  if (last !== undefined) last.to = time;
  versions.push({ row, since, from: time, to: end });
}

function opened(input: EvidenceInput, table: RowTable): AnyHistory {
  const rows = [...(input.opening.tables[table] as Map<string, Rows[RowTable]>)];
  return new Map(rows.map(([key, row]) => [key, [{ ...input.period, row, since: -1 }]]));
}

/** Folds the period's entries once more, keeping what each replaced. */
export function historiesOf(input: EvidenceInput): Histories {
  const tables = new Map<RowTable, AnyHistory>();
  const open = (table: RowTable): AnyHistory => {
    const known = tables.get(table) ?? opened(input, table);
    tables.set(table, known);
    return known;
  };
  const read = (table: RowTable, key: string) => open(table).get(key)?.at(-1)?.row;
  const keep = ({ table, key, row }: RowChange, time: string, index: number) => {
    const versions = open(table).get(key) ?? [];
    supersede(versions, row, time, index, input.period.to);
    open(table).set(key, versions);
  };
  for (const entry of input.entries) {
    for (const change of project(entry, read as never))
      if (!ONCE.has(change.table)) keep(change, entry.leaf.time, entry.index);
  }
  const sorted = new Map<RowTable, AnyHistory>();
  return ((table: RowTable) => {
    const known = sorted.get(table) ?? new Map([...open(table)].sort(byKey));
    sorted.set(table, known);
    return known;
  }) as unknown as Histories;
}

/** The row as it stood just before the entry `index` took effect. */
export function standingAt<T extends RowTable>(
  history: History<T>,
  key: string,
  index: number,
): Rows[T] | undefined {
  return history.get(key)?.findLast(({ since }) => since < index)?.row;
}
