import type { Rows } from '#verifier';
import { type Database, knownOf, type Log, type When } from '../../store/index.ts';
import { identitiesByKey } from './queries.ts';

interface Asked {
  asOf?: string | undefined;
  knownAt?: string | undefined;
}

/** What tells whether a credential was dead. A view is one. */
export interface Locks {
  rows<T extends 'lock' | 'identity'>(table: T): ReadonlyMap<string, Rows[T]>;
}

/** A moment, resolved: how many entries are looked at, and the time that is called now. */
export interface Moment {
  when: When;
  size: number;
  /** RFC 3339 in UTC with milliseconds. */
  now: string;
}

const DIGITS = /^\d+$/;

export async function momentOf(log: Log, asked: Asked, now: Date): Promise<Moment> {
  const { size: head } = await log.head();
  const size = await sizeOf(log, asked.knownAt, head);
  const asOf = asked.asOf === undefined ? undefined : new Date(asked.asOf).toISOString();
  const when = {
    ...(asOf === undefined ? {} : { asOf }),
    ...(asked.knownAt === undefined ? {} : { knownAt: size }),
  };
  return { when, size, now: asOf ?? now.toISOString() };
}

async function sizeOf(log: Log, knownAt: string | undefined, head: number): Promise<number> {
  if (knownAt === undefined) return head;
  if (DIGITS.test(knownAt)) return Math.min(Number(knownAt), head);
  return log.sizeAt(new Date(knownAt).toISOString());
}

/** True for what is so now, as all that is known tells it. */
export const isPresent = ({ when }: Moment): boolean => when.asOf === undefined && when.knownAt === undefined;

/** Locks, and whose these identities were, at a moment; the log's own view for the present. */
export async function locksAt(
  { log, database: { db } }: { log: Log; database: Pick<Database, 'db'> },
  moment: Moment,
  credentials: ReadonlyArray<{ request: { identity: string | null } }>,
): Promise<Locks> {
  if (isPresent(moment)) return log.view();
  const ids = credentials.flatMap(({ request }) => request.identity ?? []);
  const [lock, identity] = await Promise.all([
    log.rows('lock', moment.when),
    identitiesByKey(db, ids, await knownOf(db, moment.when)),
  ]);
  const tables = { lock: new Map(lock.map((row) => [row.id, row])), identity };
  return { rows: (table) => tables[table] as never };
}

/** Entries that a moment knows of, for lists of entries: those before this index. */
export async function entriesBefore(log: Log, { when, size, now }: Moment): Promise<number> {
  if (when.asOf === undefined) return size;
  // What happened at the moment itself had happened.
  return Math.min(size, await log.sizeAt(new Date(Date.parse(now) + 1).toISOString()));
}

/** Where a period ends that is looked at from a moment; verdicts go by when we knew. Undefined for the present. */
export async function periodEnd(log: Log, moment: Moment): Promise<string | undefined> {
  if (isPresent(moment)) return undefined;
  const before = await entriesBefore(log, moment);
  const next = await log.entry(before);
  return next?.time ?? moment.when.asOf;
}
