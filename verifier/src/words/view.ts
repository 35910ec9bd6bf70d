import type { DECIDING_TABLES, Rows } from './rows.ts';

export type DecidingTable = (typeof DECIDING_TABLES)[number];

/** The rows that decisions look at, whole and in memory, as of one epoch. Never changed in place. */
export interface View {
  /** Index of the last deciding entry that it knows, plus one. */
  readonly epoch: number;
  rows<T extends DecidingTable>(table: T): ReadonlyMap<string, Rows[T]>;
  /** Resources that stand (not retired), by declared name. Persons have none in clear: look them up by id. */
  named<
    T extends
      | 'application'
      | 'profile'
      | 'identity'
      | 'policy'
      | 'trust'
      | 'rotation'
      | 'exception'
      | 'control_owner',
  >(table: T, name: string): Rows[T] | undefined;
}
