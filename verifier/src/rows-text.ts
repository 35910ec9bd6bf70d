import { canonicalize } from './canonical.ts';
import { isLive, ROW_TABLES, type RowTable, type State } from './words/index.ts';

/** The live rows of one table at `time` as canonical `{key: row}`, row by row. */
export function* tableText(state: State, table: RowTable, time: string): Generator<string> {
  const rows = state.tables[table] as Map<string, never>;
  const keys = [...rows.keys()].filter((key) => isLive(table, rows.get(key) as never, time)).sort();
  yield '{';
  for (const [at, key] of keys.entries())
    yield `${at === 0 ? '' : ','}${canonicalize(key)}:${canonicalize(rows.get(key))}`;
  yield '}';
}

/** All tables as canonical `{table: {key: row}}`. */
export function* tablesText(state: State, time: string): Generator<string> {
  yield '{';
  for (const [at, table] of [...ROW_TABLES].sort().entries()) {
    yield `${at === 0 ? '' : ','}${canonicalize(table)}:`;
    yield* tableText(state, table, time);
  }
  yield '}';
}
