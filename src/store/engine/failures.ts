import { isMunimentError, MunimentError } from '../../kernel/index.ts';
import type { EngineFailure } from './messages.ts';

/** An error that PostgreSQL itself told, from either engine; `code` is the SQLSTATE. */
export class SqlError extends Error {
  readonly code: string;
  readonly constraint: string | undefined;

  constructor({ message, code = 'XX000', constraint }: EngineFailure) {
    super(message);
    this.name = 'SqlError';
    this.code = code;
    this.constraint = constraint;
  }
}

/** SQLSTATE of any error that carries one. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** SQLSTATE of a write where only reads are allowed. */
export const READ_ONLY = '25006';

/** SQLSTATE classes that blame what was written, not the database: 22 data, 23 constraint, 54 program limit. */
export const blamesData = (error: unknown): boolean => /^(22|23|54)/.test(sqlState(error) ?? '');

/** Two transactions in each other's way: the same work may simply be tried again. */
export const isConflict = (error: unknown): boolean => ['40001', '40P01'].includes(sqlState(error) ?? '');

export const storageUnavailable = (error: unknown): MunimentError =>
  new MunimentError('storage_unavailable', 'storage is unavailable', {
    detail: error instanceof Error ? error.message : String(error),
    cause: error,
  });

/**
 * Connection lost, no answer in time, read-only, no space, shutting down: classes 08, 25006, 53, 55P03, 57, 58 and XX, and
 * everything that never reached the database. What blames the statement stays as it is, for it is our own mistake.
 */
export function asStorageError(error: unknown): unknown {
  if (isMunimentError(error)) return error;
  const state = sqlState(error);
  if (state === undefined ? isSystemError(error) : /^(08|25006|25P0[34]|53|55P03|57|58|XX)/.test(state)) {
    return storageUnavailable(error);
  }
  return error;
}

/** The answer to COMMIT was lost: the entries may stand, though nobody gets what rests on them. */
export function asUnconfirmed(error: unknown): unknown {
  const told = asStorageError(error);
  if (!isMunimentError(told) || told.code !== 'storage_unavailable') return error;
  const { detail = '' } = told;
  const message = 'storage did not confirm this: whether it is in the log is not known yet';
  return new MunimentError('storage_unavailable', message, { detail, cause: error });
}

/** What pg throws when a connection breaks or cannot be made has a system code or one of these texts, and no SQLSTATE. */
function isSystemError(error: unknown): boolean {
  const { code, syscall, message = '' } = error as { code?: string; syscall?: string; message?: string };
  if (syscall !== undefined || /^E[A-Z]+$/.test(code ?? '')) return true;
  return /connection|timeout|Client was closed|Client has encountered|Cannot use a pool/i.test(message);
}
