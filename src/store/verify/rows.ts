import { sql } from 'kysely';
import {
  canonicalize,
  decodeEntry,
  type Entry,
  project,
  type ReadRow,
  ROW_TABLES,
  type Rows,
  type RowTable,
} from '#verifier';
import type { Db, StoredEntry } from '../contract.ts';
import type { Problem } from './problem.ts';

interface StoredVersion {
  table: RowTable;
  key: string;
  known_from: number;
  known_to: number | null;
  valid_from: string;
  data: unknown;
}

interface Standing {
  row: unknown;
  from: number;
  /** What the table says about when this version ended. */
  to: number | null;
}

const nameOf = (table: RowTable, key: string): string => `${table} ${key}`;

/**
 * Folds entries again and compares every version of every row, both ways. It goes page by page: expected versions from the
 * entries of a page against the versions that the tables have for the same entries.
 */
export class RowCheck {
  readonly #db: Db;
  readonly #problems: Problem[];
  readonly #standing = new Map<string, Standing>();
  /** Entries whose body was erased after retention: what followed from them cannot be computed any more. */
  #unchecked = 0;

  constructor(db: Db, problems: Problem[]) {
    this.#db = db;
    this.#problems = problems;
  }

  get unchecked(): number {
    return this.#unchecked;
  }

  /** Entries `[from, to)`, in order and whole. */
  async addPage(from: number, to: number, entries: readonly StoredEntry[]): Promise<void> {
    const stored = await this.#versions(from, to);
    for (const entry of entries) {
      const actual = stored.get(entry.index) ?? new Map<string, StoredVersion>();
      stored.delete(entry.index);
      if (entry.body === null) this.#believe(actual);
      else this.#compare(decodeEntry(entry.index, entry.leaf, entry.body), actual);
    }
    for (const versions of stored.values()) for (const version of versions.values()) this.#extra(version);
  }

  async #versions(from: number, to: number): Promise<Map<number, Map<string, StoredVersion>>> {
    const legs = ROW_TABLES.map(
      (table) => sql`select ${sql.lit(table)} as "table", key, known_from, known_to, valid_from, data
        from ${sql.table(`row_${table}`)} where known_from >= ${from} and known_from < ${to}`,
    );
    const { rows } = await sql<StoredVersion>`${sql.join(legs, sql` union all `)}`.execute(this.#db);
    const byEntry = new Map<number, Map<string, StoredVersion>>();
    for (const version of rows) {
      const versions = byEntry.get(version.known_from) ?? new Map();
      byEntry.set(version.known_from, versions.set(nameOf(version.table, version.key), version));
    }
    return byEntry;
  }

  #compare(entry: Entry, actual: Map<string, StoredVersion>): void {
    const read: ReadRow = (table, key) =>
      this.#standing.get(nameOf(table, key))?.row as Rows[typeof table] | undefined;
    for (const { table, key, row } of project(entry, read)) {
      const name = nameOf(table, key);
      const version = actual.get(name);
      actual.delete(name);
      this.#compareVersion(entry, table, key, row, version);
    }
    for (const version of actual.values()) this.#extra(version);
  }

  #compareVersion(
    entry: Entry,
    table: RowTable,
    key: string,
    row: unknown,
    version: StoredVersion | undefined,
  ): void {
    const at = entry.index;
    if (version === undefined) this.#say('is missing', table, key, at);
    else if (canonicalize(version.data) !== canonicalize(row)) this.#say('was edited', table, key, at);
    else if (version.valid_from !== entry.body?.occurred) this.#say('has an edited time', table, key, at);
    this.#replace(table, key, at);
    // Rows that are keyed by their own entry are never read or replaced; a large log has mostly those.
    if (key !== String(at) || (version !== undefined && version.known_to !== null)) {
      this.#standing.set(nameOf(table, key), { row, from: at, to: version?.known_to ?? null });
    }
  }

  /** The version before must say that it ended here. */
  #replace(table: RowTable, key: string, at: number): void {
    const before = this.#standing.get(nameOf(table, key));
    if (before !== undefined && before.to !== at)
      this.#say(`does not end at entry ${at}`, table, key, before.from);
  }

  #believe(actual: Map<string, StoredVersion>): void {
    this.#unchecked += 1;
    for (const { table, key, known_from, known_to, data } of actual.values()) {
      this.#replace(table, key, known_from);
      this.#standing.set(nameOf(table, key), { row: data, from: known_from, to: known_to });
    }
  }

  #extra({ table, key, known_from }: StoredVersion): void {
    this.#say('follows from no entry', table, key, known_from);
  }

  /** `size`: entries that were folded. What stands must not have ended, and nothing may claim an entry beyond them. */
  finish(size: number): void {
    for (const [name, { from, to }] of this.#standing) {
      if (to === null || to >= size) continue;
      const [table, ...key] = name.split(' ');
      this.#say('ended, and no entry ends it', table as RowTable, key.join(' '), from);
    }
  }

  #say(why: string, table: RowTable, key: string, entry: number): void {
    this.#problems.push({ what: `${table} \`${key}\` of entry ${entry}: ${why}`, table, key, entry });
  }
}
