import { type RawBuilder, sql } from 'kysely';
import {
  equalBytes,
  FormatError,
  fromBase64,
  parseCheckpoint,
  parseNote,
  utf8,
  type VerifierKey,
  verifyNote,
} from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { Database, Tx } from '../contract.ts';
import { type Head, lockHead, splitHashes, writeHead } from '../log/head.ts';
import { SCHEMA_NUMBER } from '../migrations/index.ts';
import { verifyDatabase } from '../verify/index.ts';
import {
  damaged,
  decodeHeader,
  decodeRow,
  type Header,
  parsed,
  signedText,
  type TableEnd,
} from './format.ts';
import { BackupLines } from './read.ts';
import { BACKUP_TABLES, type BackupTable } from './tables.ts';

export interface Restored {
  /** Entries in the log that was restored. */
  size: number;
  /** When the backup was begun: RFC 3339. */
  created: string;
}

export interface RestoreOptions {
  database: Database;
  bytes: AsyncIterable<Uint8Array>;
  /**
   * Opens the sealed secrets of the backup (by name) and answers with the key of its log.
   * @throws MunimentError `seal_key_wrong` where they were sealed under another key
   */
  openKey(verifierKey: string, sealed: ReadonlyMap<string, Uint8Array>): Promise<VerifierKey>;
}

/** Rows written with one statement. */
const ROWS_AT_ONCE = 500;
const BYTES_AT_ONCE = 4 * 1024 * 1024;
const PROBLEMS_SHOWN = 3;

/**
 * Fills an empty database from a backup. All of it is one transaction, and it is verified before that is committed (digests,
 * signature, tree, rows against entries): what does not hold leaves the database as empty as it was.
 * @throws MunimentError `restore_not_empty`, `backup_damaged`, `backup_version`, `seal_key_wrong`, `storage_unavailable`
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  return options.database.transaction(async (tx) => {
    await checkEmpty(tx);
    const lines = new BackupLines(options.bytes);
    const headerLine = await lines.next();
    const header = decodeHeader(headerLine, SCHEMA_NUMBER);
    const ends = new Map<string, TableEnd>();
    const key = await fill(tx, lines, header, ends, options);
    await checkSigned(await lines.next(), signedText(headerLine, ends), key);
    await lines.end();
    await verify(tx, header, key);
    return { size: header.head.size, created: header.created };
  });
}

async function checkEmpty(tx: Tx): Promise<void> {
  const head = await lockHead(tx);
  const filled = BACKUP_TABLES.map(
    ({ name }) => sql`exists (select from ${sql.table(name)})`,
  ) as RawBuilder<boolean>[];
  const { rows } = await sql<{ any: boolean }>`select ${sql.join(filled, sql` or `)} as any`.execute(tx);
  if (head.size === 0 && head.verifierKey === null && rows[0]?.any === false) return;
  throw new MunimentError(
    'restore_not_empty',
    'the database is not empty; a backup is restored into an empty data folder or database only',
  );
}

/** @returns the log's key, known as soon as the sealed secrets were read: a wrong seal key is told before the long part */
async function fill(
  tx: Tx,
  lines: BackupLines,
  header: Header,
  ends: Map<string, TableEnd>,
  { openKey }: RestoreOptions,
): Promise<VerifierKey> {
  let key: VerifierKey | undefined;
  for (const table of BACKUP_TABLES) {
    await load(tx, table, lines.rows(table.name, ends));
    if (table.name === 'sealed_secret') key = await openKey(header.verifierKey, await sealedSecrets(tx));
  }
  await writeHead(headOf(header)).execute(tx);
  await tx.updateTable('log_head').set({ verifier_key: header.verifierKey }).execute();
  return key as VerifierKey;
}

async function sealedSecrets(tx: Tx): Promise<Map<string, Uint8Array>> {
  const rows = await tx.selectFrom('sealed_secret').selectAll().execute();
  return new Map(rows.map(({ name, sealed }) => [name, sealed]));
}

async function load(tx: Tx, table: BackupTable, rows: AsyncIterable<string>): Promise<void> {
  let held: unknown[][] = [];
  let bytes = 0;
  for await (const line of rows) {
    held.push(decodeRow(table, line));
    bytes += line.length;
    if (held.length < ROWS_AT_ONCE && bytes < BYTES_AT_ONCE) continue;
    await insert(tx, table, held);
    [held, bytes] = [[], 0];
  }
  if (held.length > 0) await insert(tx, table, held);
}

async function insert(tx: Tx, { name, columns }: BackupTable, rows: unknown[][]): Promise<void> {
  const named = Object.entries(columns);
  const into = sql.join(named.map(([column]) => sql.ref(column)));
  const from = named.map(([column, type]) =>
    type === 'jsonb' ? sql`${sql.ref(column)}::jsonb` : sql.ref(column),
  );
  const arrays = named.map(([, type], at) => {
    const values = rows.map((row) => row[at]);
    return sql`${values}::${sql.raw(type === 'jsonb' ? 'text' : type)}[]`;
  });
  await sql`insert into ${sql.table(name)} (${into}) select ${sql.join(from)}
    from unnest(${sql.join(arrays)}) as given(${into})`.execute(tx);
}

function headOf({ head, verifierKey }: Header): Head {
  try {
    const hashes = splitHashes(fromBase64(head.frontier));
    const root = fromBase64(head.root);
    return { ...head, root, verifierKey, frontier: { size: head.size, hashes } };
  } catch (cause) {
    throw damaged('its head', cause);
  }
}

async function checkSigned(line: string, text: string, key: VerifierKey): Promise<void> {
  const { signed } = parsed(line, 'its last line') as { signed?: unknown };
  if (typeof signed !== 'string') throw damaged('its last line is not a signed note');
  if ((await textOf(signed, key)) !== text) throw damaged('what was signed is not what it holds');
}

/** The text of a note that this key signed. */
async function textOf(signed: string, key: VerifierKey): Promise<string> {
  try {
    const note = parseNote(utf8(signed));
    if ((await verifyNote(note, [key])).length === 1) return note.text;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  throw damaged('it is not signed by the key of its log');
}

async function verify(tx: Tx, header: Header, key: VerifierKey): Promise<void> {
  const { size, root } = parseCheckpoint(await textOf(header.checkpoint, key));
  if (size !== header.head.size || !equalBytes(root, headOf(header).root)) {
    throw damaged('its checkpoint is not of its head');
  }
  const { problems } = await verifyDatabase(tx);
  if (problems.length === 0) return;
  const shown = problems.slice(0, PROBLEMS_SHOWN).map(({ what }) => what);
  throw damaged(`${problems.length} things do not hold: ${shown.join('; ')}`);
}
