import { type RawBuilder, sql } from 'kysely';
import type { RowTable } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { Db, When } from '../contract.ts';
import { canonicalTime } from './encode.ts';
import { readHead } from './head.ts';

/** A moment as SQL needs it: a tree size, and a time in the form of `valid_from`; absent means all, and now. */
export interface Known {
  size?: number;
  asOf?: string;
}

/** @throws MunimentError `invalid_time` */
export async function knownOf(db: Db, { knownAt, asOf }: When = {}): Promise<Known> {
  const size = await knownSize(db, knownAt);
  return {
    ...(size === undefined ? {} : { size }),
    ...(asOf === undefined ? {} : { asOf: canonicalTime(asOf) }),
  };
}

/** `knownAt` as a tree size; absent means all. */
async function knownSize(db: Db, knownAt: When['knownAt']): Promise<number | undefined> {
  if (knownAt === undefined) return undefined;
  if (typeof knownAt === 'string' && !/^\d{1,15}$/.test(knownAt)) return sizeAt(db, knownAt);
  const size = Number(knownAt);
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new MunimentError('invalid_time', `\`${knownAt}\` is neither a time nor a tree size`);
}

/** Whether the version `alias` of a row of `table` is the one that stood at a moment; goes by the key's index alone. */
export function stoodAt(table: RowTable, alias: string, { size, asOf }: Known): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  if (asOf !== undefined) return latestBy(table, alias, size, asOf);
  if (size === undefined) return sql<boolean>`${column('known_to')} is null`;
  return sql<boolean>`(${column('known_from')} < ${size}
    and (${column('known_to')} is null or ${column('known_to')} >= ${size}))`;
}

function latestBy(table: RowTable, alias: string, size: number | undefined, asOf: string) {
  const seen = (of: string) => sql`${sql.ref(`${of}.valid_from`)} <= ${asOf}
    and ${size === undefined ? sql`true` : sql`${sql.ref(`${of}.known_from`)} < ${size}`}`;
  return sql<boolean>`(${seen(alias)} and not exists (select 1 from ${sql.table(`row_${table}`)} as later
    where later.key = ${sql.ref(`${alias}.key`)} and later.known_from > ${sql.ref(`${alias}.known_from`)}
      and ${seen('later')}))`;
}

/** First index whose leaf time is at or after `time`; the log's size where there is none. */
export async function sizeAt(db: Db, time: string): Promise<number> {
  const first = await db
    .selectFrom('entry')
    .select('idx')
    .where('time', '>=', canonicalTime(time))
    .orderBy('time')
    .orderBy('idx')
    .limit(1)
    .executeTakeFirst();
  return first?.idx ?? (await readHead(db)).size;
}
