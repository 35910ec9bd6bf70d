import type { Entry } from './entries.ts';
import { project } from './project.ts';
import { ROW_TABLES, type Rows, type RowTable } from './rows.ts';

/** Every row, by table and key, after the first `size` entries. */
export interface State {
  size: number;
  tables: { [T in RowTable]: Map<string, Rows[T]> };
}

export const emptyState = (): State => ({
  size: 0,
  tables: Object.fromEntries(ROW_TABLES.map((table) => [table, new Map()])) as unknown as State['tables'],
});

export function readFrom(state: State) {
  return <T extends RowTable>(table: T, key: string): Rows[T] | undefined => state.tables[table].get(key);
}

/** Folds one entry in. Changes `state` in place and hands it back; entries must come in order, without a gap. */
export function fold(state: State, entry: Entry): State {
  if (entry.index !== state.size) throw new Error(`entry ${entry.index} does not follow ${state.size - 1}`);
  for (const { table, key, row } of project(entry, readFrom(state))) {
    (state.tables[table] as Map<string, typeof row>).set(key, row);
  }
  state.size += 1;
  return state;
}

/** Tables whose rows are events: they belong to the period in which they fell, so a snapshot leaves them out. */
const EVENT_TABLES: ReadonlySet<RowTable> = new Set(['refusal', 'probe']);

/** What a snapshot covers. Each snapshot names its tables, so one that is added here changes no digest that was taken before. */
export const SNAPSHOT_TABLES: readonly RowTable[] = ROW_TABLES.filter((table) => !EVENT_TABLES.has(table));

/** True for a row that a later entry or decision may still rest on: what a snapshot's digest covers. */
export function isLive<T extends RowTable>(table: T, row: Rows[T], time: string): boolean {
  if (EVENT_TABLES.has(table)) return false;
  if (table === 'credential') return (row as Rows['credential']).credential.notAfter >= time;
  if (table === 'rotation_run') return ((row as Rows['rotation_run']).ended ?? time) >= time;
  return true;
}

/** The live part of a state as plain JSON, rows sorted by key: the form of `opening.json`, and what a snapshot hashes. */
export function liveRows(state: State, time: string): Record<RowTable, Record<string, unknown>> {
  const tables = ROW_TABLES.map((table) => {
    const rows = [...state.tables[table]].filter(([, row]) => isLive(table, row as never, time));
    return [table, Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)))] as const;
  });
  return Object.fromEntries(tables) as Record<RowTable, Record<string, unknown>>;
}

/** A state that goes on from `opening.json`. */
export function stateFrom(size: number, tables: Record<RowTable, Record<string, unknown>>): State {
  const state = emptyState();
  state.size = size;
  for (const table of ROW_TABLES) {
    for (const [key, row] of Object.entries(tables[table] ?? {})) {
      (state.tables[table] as Map<string, unknown>).set(key, row);
    }
  }
  return state;
}

/** A credential is dead once anything it belongs to was locked after it was granted, lifted since or not. */
export function killedBy(
  credential: Rows['credential'],
  locks: Iterable<Rows['lock']>,
  identity: Rows['identity'] | undefined,
) {
  for (const lock of locks) {
    if (lock.entry > credential.entry && covers(lock.target, credential, identity)) return lock;
  }
  return undefined;
}

function covers(
  target: Rows['lock']['target'],
  { entry, request }: Rows['credential'],
  identity: Rows['identity'] | undefined,
): boolean {
  switch (target.kind) {
    case 'credential':
      return target.id === String(entry);
    case 'identity':
      return target.id === request.identity;
    case 'instance':
      return target.id === request.instance;
    case 'agent':
      return target.id === request.agent;
    case 'trust':
      return target.id === request.trust;
    case 'owner':
      return target.id === identity?.spec.owner;
    case 'application':
      return target.id === identity?.spec.application;
  }
}
