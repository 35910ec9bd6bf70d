import { sql } from 'kysely';
import { concatBytes, type Frontier, HASH_BYTES } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { Db, Tx } from '../contract.ts';
import type { LogHeadTable } from '../schema.ts';

/** The log's newest state as the database has it. */
export interface Head {
  verifierKey: string | null;
  size: number;
  /** Of the last leaf; null while the log is empty. */
  time: string | null;
  root: Uint8Array;
  frontier: Frontier;
  epoch: number;
}

const decode = ({ verifier_key, ...row }: Omit<LogHeadTable, 'one'>): Head => ({
  ...row,
  verifierKey: verifier_key,
  frontier: { size: row.size, hashes: splitHashes(row.frontier) },
});

/** @throws MunimentError `log_continued` where the database's log is another by now */
export function checkName({ verifierKey }: Head, ours: string): void {
  if (verifierKey === ours) return;
  throw new MunimentError('log_continued', 'the log goes on under another name; start this server again');
}

export function splitHashes(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) =>
    bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

const COLUMNS = ['verifier_key', 'size', 'time', 'root', 'frontier', 'epoch'] as const;

export async function readHead(db: Db | Tx): Promise<Head> {
  return decode(await db.selectFrom('log_head').select(COLUMNS).executeTakeFirstOrThrow());
}

/** Takes the turn: until this transaction ends nobody else appends, on any replica. */
export async function lockHead(tx: Tx): Promise<Head> {
  return decode(await tx.selectFrom('log_head').select(COLUMNS).forUpdate().executeTakeFirstOrThrow());
}

export const writeHead = ({ size, time, root, frontier, epoch }: Head) =>
  sql`update log_head set size = ${size}, time = ${time}, root = ${root},
    frontier = ${concatBytes(...frontier.hashes)}, epoch = ${epoch}`;
