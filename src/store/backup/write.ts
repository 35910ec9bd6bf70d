import { type RawBuilder, sql } from 'kysely';
import { base64, concatBytes, formatNote, fromUtf8, signNote, utf8, type VerifierKey } from '#verifier';
import { signCheckpoint } from '../../ledger/index.ts';
import type { Database, Db, LogSigner, Tx } from '../contract.ts';
import { type Head, readHead } from '../log/head.ts';
import { SCHEMA_NUMBER } from '../migrations/index.ts';
import {
  BACKUP_FORMAT,
  BACKUP_VERSION,
  encodeRow,
  type Header,
  signedText,
  TableDigest,
  type TableEnd,
} from './format.ts';
import { type BackupTable, BESIDE_TABLES, LOG_TABLES } from './tables.ts';

export interface BackupSource {
  database: Database;
  signer: LogSigner;
  key: VerifierKey;
  now: Date;
}

/** Everything that changes in place, and the head, of one moment. */
interface Moment {
  head: Head;
  beside: ReadonlyMap<string, string[]>;
}

/**
 * The whole database as one consistent moment, in pieces. Head and what changes in place are read in one short transaction;
 * log and fold only ever grow, so what they held at that size is read page by page afterwards, and nobody waits for it.
 * @throws MunimentError `storage_unavailable`
 */
export async function* writeBackup(source: BackupSource): AsyncGenerator<Uint8Array> {
  const { database, signer, key } = source;
  const moment = await readMoment(database.db);
  const ends = new Map<string, TableEnd>();
  const header = JSON.stringify(headerOf(source, moment.head));
  yield lines([header]);
  for (const table of BESIDE_TABLES) {
    yield* section(table.name, [moment.beside.get(table.name) ?? []], ends);
  }
  for (const table of LOG_TABLES) {
    const { size } = moment.head;
    yield* section(table.name, pages(database.db, table, table.stood(size), size), ends);
  }
  const note = signNote(signedText(header, ends), key, (message) => signer.sign(message));
  yield lines([JSON.stringify({ signed: fromUtf8(formatNote(note)) })]);
}

const lines = (all: readonly string[]): Uint8Array => utf8(all.map((line) => `${line}\n`).join(''));

function headerOf({ signer, key, now }: BackupSource, head: Head): Header {
  return {
    format: BACKUP_FORMAT,
    v: BACKUP_VERSION,
    schema: SCHEMA_NUMBER,
    created: now.toISOString(),
    verifierKey: head.verifierKey ?? '',
    head: {
      size: head.size,
      time: head.time,
      root: base64(head.root),
      frontier: base64(concatBytes(...head.frontier.hashes)),
      epoch: head.epoch,
    },
    checkpoint: signCheckpoint(head, key, (message) => signer.sign(message)),
  };
}

async function readMoment(db: Db): Promise<Moment> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const head = await readHead(tx);
      const beside = new Map<string, string[]>();
      for (const table of BESIDE_TABLES) beside.set(table.name, await allRows(tx, table));
      return { head, beside };
    });
}

async function allRows(tx: Tx, table: BackupTable): Promise<string[]> {
  const all: string[] = [];
  for await (const page of pages(tx, table, sql<boolean>`true`, 0)) all.push(...page);
  return all;
}

/** A table's lines, with what counts and digests them. */
async function* section(
  name: string,
  pagesOf: AsyncIterable<string[]> | Iterable<string[]>,
  ends: Map<string, TableEnd>,
): AsyncGenerator<Uint8Array> {
  const digest = new TableDigest();
  yield lines([JSON.stringify({ table: name })]);
  for await (const page of pagesOf) {
    for (const line of page) digest.add(line);
    if (page.length > 0) yield lines(page);
  }
  const end = digest.end();
  ends.set(name, end);
  yield lines([JSON.stringify(end)]);
}

type Row = Record<string, unknown>;

/** Rows in the order of the table's key, each page from behind the last key of the one before. */
async function* pages(
  db: Db | Tx,
  table: BackupTable,
  stood: RawBuilder<boolean>,
  size: number,
): AsyncGenerator<string[]> {
  const keys = sql.join(table.key.map((name) => sql.ref(name)));
  const columns = sql.join(Object.entries(table.columns).map(([name, type]) => column(name, type, size)));
  let behind = sql<boolean>`true`;
  for (;;) {
    const { rows } = await sql<Row>`select ${columns}, ${keyColumns(table)} from ${sql.table(table.name)}
      where ${stood} and ${behind} order by ${keys} limit ${table.page}`.execute(db);
    yield rows.map((row) => encodeRow(table, row));
    const last = rows.at(-1);
    if (last === undefined || rows.length < table.page) return;
    behind = sql<boolean>`(${keys}) > (${sql.join(table.key.map((_, at) => last[`key_${at}`]))})`;
  }
}

/** What ended a version after the moment had not ended it then. */
function column(name: string, type: string, size: number): RawBuilder<unknown> {
  if (name === 'known_to') return sql`case when known_to < ${size} then known_to end as known_to`;
  return type === 'jsonb' ? sql`${sql.ref(name)}::text as ${sql.ref(name)}` : sql.ref(name);
}

const keyColumns = ({ key }: BackupTable): RawBuilder<unknown> =>
  sql.join(key.map((name, at) => sql`${sql.ref(name)} as ${sql.id(`key_${at}`)}`));
