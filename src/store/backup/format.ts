import { createHash, type Hash } from 'node:crypto';
import { base64, fromBase64 } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { BackupTable } from './tables.ts';

/**
 * A backup is JSON Lines: a header; for each table a line that names it, its rows as arrays in the order of its columns, and a
 * line that counts and digests them; at the end a signed note (C2SP signed-note, the log's key) over the digests of all.
 */
export const BACKUP_FORMAT = 'muniment-backup';
export const BACKUP_VERSION = 1;

export interface Header {
  format: typeof BACKUP_FORMAT;
  v: number;
  /** Number of the last migration of the database. */
  schema: number;
  /** When it was begun: RFC 3339. */
  created: string;
  /** C2SP verifier key of the log. */
  verifierKey: string;
  head: {
    size: number;
    time: string | null;
    /** Base64, as in `log_head`. */
    root: string;
    frontier: string;
    epoch: number;
  };
  /** The signed tree head at the moment of the backup. */
  checkpoint: string;
}

/** How a table ends. */
export interface TableEnd {
  rows: number;
  /** Over the lines of its rows with their line feeds, hex. */
  sha256: string;
}

type Scalar = string | number | null;

/** Counts and digests the lines of one table. */
export class TableDigest {
  #rows = 0;
  readonly #hash: Hash = createHash('sha256');

  add(line: string): void {
    this.#rows += 1;
    this.#hash.update(`${line}\n`);
  }

  end(): TableEnd {
    return { rows: this.#rows, sha256: this.#hash.digest('hex') };
  }
}

export const sha256OfLine = (line: string): string => createHash('sha256').update(`${line}\n`).digest('hex');

/** What is signed: a line for the header and one for each table, so that none can be left out, changed or added. */
export function signedText(headerLine: string, ends: ReadonlyMap<string, TableEnd>): string {
  const tables = [...ends].map(([name, { rows, sha256 }]) => `${name} ${rows} ${sha256}\n`);
  return `${BACKUP_FORMAT}/v${BACKUP_VERSION}\n${sha256OfLine(headerLine)}\n${tables.join('')}`;
}

/** A row as the database gives it, as one line. jsonb comes as text. */
export function encodeRow({ columns }: BackupTable, row: Record<string, unknown>): string {
  const values = Object.entries(columns).map(([name, type]) =>
    type === 'bytea' ? base64(row[name] as Uint8Array) : (row[name] as Scalar),
  );
  return JSON.stringify(values);
}

/** @throws MunimentError `backup_damaged` */
export function decodeRow({ name, columns }: BackupTable, line: string): unknown[] {
  const types = Object.values(columns);
  const values = parsed(line, name);
  if (!Array.isArray(values) || values.length !== types.length) throw damaged(`a row of \`${name}\``);
  return types.map((type, at) => decodeValue(type, values[at], name));
}

function decodeValue(type: string, value: unknown, name: string): unknown {
  if (value === null) return null;
  if (type === 'bigint' || type === 'int') {
    if (Number.isSafeInteger(value)) return value;
  } else if (typeof value === 'string') {
    return type === 'bytea' ? bytesOf(value, name) : value;
  }
  throw damaged(`a row of \`${name}\``);
}

function bytesOf(text: string, where: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw damaged(where, cause);
  }
}

/** @throws MunimentError `backup_damaged` */
export function parsed(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw damaged(where, cause);
  }
}

export const damaged = (where: string, cause?: unknown): MunimentError =>
  new MunimentError(
    'backup_damaged',
    `the backup is damaged: ${where}`,
    cause === undefined ? {} : { cause },
  );

/** @throws MunimentError `backup_damaged`, `backup_version` */
export function decodeHeader(line: string, schema: number): Header {
  const header = parsed(line, 'its first line is not a header') as Partial<Header> | null;
  if (header?.format !== BACKUP_FORMAT) throw damaged('its first line is not a header');
  if (header.v !== BACKUP_VERSION || header.schema !== schema) {
    const theirs = `format ${header.v} with schema ${header.schema}`;
    throw new MunimentError(
      'backup_version',
      `the backup is of ${theirs}, this program reads format ${BACKUP_VERSION} with schema ${schema}; restore it with the version that made it, then upgrade`,
    );
  }
  return header as Header;
}
