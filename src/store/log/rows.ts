import { type RawBuilder, sql } from 'kysely';
import {
  canonicalize,
  project,
  type ReadRow,
  type RowChange,
  type Rows,
  type RowTable,
  readsOf,
} from '#verifier';
import type { Tx } from '../contract.ts';
import type { EncodedEntry } from './encode.ts';

interface Version {
  key: string;
  from: number;
  to: number | null;
  validFrom: string;
  data: unknown;
}

const nameOf = (table: RowTable, key: string): string => `${table} ${key}`;

/** The rows that a batch changes: projected in memory over what stands, then written with one statement for each step. */
export class RowBook {
  readonly #tx: Tx;
  /** What stands, as far as it was read or written here; undefined where nothing does. */
  readonly #standing = new Map<string, unknown>();
  readonly #written = new Map<RowTable, Version[]>();
  readonly #last = new Map<string, Version>();
  /** First new version of a key that may have had one before this batch. */
  readonly #replaced = new Map<RowTable, Map<string, number>>();

  constructor(tx: Tx) {
    this.#tx = tx;
  }

  /** Projects entries in order. @returns their row changes */
  async absorb(entries: readonly EncodedEntry[]): Promise<RowChange[]> {
    if (entries.length === 0) return [];
    await this.#prefetch(entries);
    return entries.flatMap((entry) => this.#project(entry));
  }

  #project(entry: EncodedEntry): RowChange[] {
    const read: ReadRow = (table, key) =>
      this.#standing.get(nameOf(table, key)) as Rows[typeof table] | undefined;
    const changes = project(entry, read);
    for (const change of changes) this.#note(change, entry);
    return changes;
  }

  #note({ table, key, row }: RowChange, entry: EncodedEntry): void {
    const name = nameOf(table, key);
    const version: Version = { key, from: entry.index, to: null, validFrom: entry.body.occurred, data: row };
    const before = this.#last.get(name);
    if (before !== undefined) before.to = entry.index;
    // A key that is the entry's own index cannot have stood before.
    else if (key !== String(entry.index)) at(this.#replaced, table, () => new Map()).set(key, entry.index);
    this.#last.set(name, version);
    at(this.#written, table, () => []).push(version);
    this.#standing.set(name, row);
  }

  async #prefetch(entries: readonly EncodedEntry[]): Promise<void> {
    const wanted = new Map<RowTable, Set<string>>();
    for (const { index, leaf, body } of entries) {
      for (const { table, key } of readsOf(index, leaf, body)) {
        if (!this.#standing.has(nameOf(table, key))) at(wanted, table, () => new Set()).add(key);
      }
    }
    if (wanted.size === 0) return;
    const legs = [...wanted].map(
      ([table, keys]) => sql`select ${sql.lit(table)} as t, key, data from ${sql.table(`row_${table}`)}
        where known_to is null and key = any(${[...keys]}::text[])`,
    );
    const { rows } = await sql<{ t: RowTable; key: string; data: unknown }>`
      ${sql.join(legs, sql` union all `)}`.execute(this.#tx);
    for (const { t, key, data } of rows) this.#standing.set(nameOf(t, key), data);
  }

  /** Statements that end the versions that stood; to be run before `inserts`, for one key has one standing version. */
  updates(): RawBuilder<unknown>[] {
    return [...this.#replaced].map(([table, keys]) => {
      const name = sql.table(`row_${table}`);
      return sql`update ${name} as r set known_to = v.at
        from unnest(${[...keys.keys()]}::text[], ${[...keys.values()]}::bigint[]) as v(key, at)
        where r.key = v.key and r.known_to is null`;
    });
  }

  inserts(): RawBuilder<unknown>[] {
    return [...this.#written].map(([table, versions]) => {
      const keys = versions.map(({ key }) => key);
      const from = versions.map((version) => version.from);
      const to = versions.map((version) => version.to);
      const valid = versions.map(({ validFrom }) => validFrom);
      const data = versions.map((version) => canonicalize(version.data));
      return sql`insert into ${sql.table(`row_${table}`)} (key, known_from, known_to, valid_from, data)
        select key, known_from, known_to, valid_from, data::jsonb from unnest(
          ${keys}::text[], ${from}::bigint[], ${to}::bigint[], ${valid}::text[], ${data}::text[]
        ) as v(key, known_from, known_to, valid_from, data)`;
    });
  }
}

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
