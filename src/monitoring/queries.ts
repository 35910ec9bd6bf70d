import { type RawBuilder, sql } from 'kysely';
import type { DetectorName, Kind, Rows } from '#verifier';
import type { Db, Tx } from '../store/index.ts';

/** Index of the first entry that a follower still has to read; where there is none yet it begins at `start`. */
export async function followerAt(db: Db, name: string, start = 0): Promise<number> {
  await db
    .insertInto('follower')
    .values({ name, next: start, lease: null, leased_until: null })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const { next } = await db
    .selectFrom('follower')
    .select('next')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return Number(next);
}

/** @returns false where somebody else moved it meanwhile: then nothing was moved. */
export async function moveFollower(tx: Db | Tx, name: string, from: number, to: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('follower')
    .set({ next: to })
    .where('name', '=', name)
    .where('next', '=', from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Takes or renews the right to be the one that follows under this name. */
export async function leaseFollower(
  db: Db,
  name: string,
  lease: string,
  now: string,
  until: string,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('follower')
    .set({ lease, leased_until: until })
    .where('name', '=', name)
    .where((or) => or.or([or('lease', '=', lease), or('lease', 'is', null), or('leased_until', '<', now)]))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export async function releaseFollower(db: Db, name: string, lease: string): Promise<void> {
  await db
    .updateTable('follower')
    .set({ lease: null, leased_until: null })
    .where('name', '=', name)
    .where('lease', '=', lease)
    .execute();
}

export interface WatchState {
  detector: DetectorName;
  about: string;
  data: unknown;
}

const isOneOf = (keys: Array<Omit<WatchState, 'data'>>): RawBuilder<boolean> =>
  sql<boolean>`(detector, about) in (select * from unnest(
    ${keys.map(({ detector }) => detector)}::text[], ${keys.map(({ about }) => about)}::text[]))`;

export async function readWatchState(db: Db, keys: Array<Omit<WatchState, 'data'>>): Promise<WatchState[]> {
  if (keys.length === 0) return [];
  const rows = await db.selectFrom('watch_state').selectAll().where(isOneOf(keys)).execute();
  return rows as WatchState[];
}

export async function writeWatchState(tx: Tx, states: WatchState[]): Promise<void> {
  if (states.length === 0) return;
  await tx
    .insertInto('watch_state')
    .values(states.map(({ data, ...key }) => ({ ...key, data: JSON.stringify(data) })))
    .onConflict((conflict) =>
      conflict
        .columns(['detector', 'about'])
        .doUpdateSet((update) => ({ data: update.ref('excluded.data') })),
    )
    .execute();
}

/** All that detectors remember, for comparing it with what the entries say. */
export async function allWatchState(db: Db): Promise<WatchState[]> {
  const rows = await db.selectFrom('watch_state').selectAll().orderBy('detector').orderBy('about').execute();
  return rows as WatchState[];
}

export async function clearWatchState(tx: Tx): Promise<void> {
  await tx.deleteFrom('watch_state').execute();
}

/** Alerts about one thing that nobody has resolved. */
export async function openAlerts(db: Db, detector: DetectorName, about: string): Promise<number> {
  const { count } = await db
    .selectFrom('row_alert')
    .select(sql<number>`count(*)`.as('count'))
    .where('known_to', 'is', null)
    .where(sql<boolean>`data->>'detector' = ${detector} and data->>'about' = ${about}`)
    .where(sql<boolean>`data->>'resolved' is null`)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function alertRow(db: Db | Tx, id: string): Promise<Rows['alert'] | undefined> {
  const row = await db
    .selectFrom('row_alert')
    .select('data')
    .where('key', '=', id)
    .where('known_to', 'is', null)
    .executeTakeFirst();
  return row?.data;
}

/** @returns false where this batch was taken in before. */
export async function useBatch(tx: Tx, source: string, batch: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('event_batch')
    .values({ source, batch })
    .onConflict((conflict) => conflict.columns(['source', 'batch']).doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

/** The newest drill of a detector, and the drill that its latest test answered. */
export async function lastDrill(db: Db, detector: DetectorName): Promise<number | undefined> {
  const row = await db
    .selectFrom('entry')
    .select('idx')
    .where('kind', '=', 'events.ingested')
    .where('subject', '=', detector)
    .orderBy('idx', 'desc')
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.idx);
}

/** Entries of these kinds before an index. */
export async function countEntries(db: Db, kinds: Kind[], before: number): Promise<number> {
  const { count } = await db
    .selectFrom('entry')
    .select(sql<number>`count(*)`.as('count'))
    .where('kind', 'in', kinds)
    .where('idx', '<', before)
    .executeTakeFirstOrThrow();
  return Number(count);
}

const INDICES_PAGE = 10_000;

/** Indices of the entries of these kinds before an index, ascending. */
export async function* indicesOf(db: Db, kinds: Kind[], before: number): AsyncIterable<number> {
  for (let after = -1; ; ) {
    const rows = await db
      .selectFrom('entry')
      .select('idx')
      .where('kind', 'in', kinds)
      .where('idx', '<', before)
      .where('idx', '>', after)
      .orderBy('idx')
      .limit(INDICES_PAGE)
      .execute();
    yield* rows.map(({ idx }) => Number(idx));
    if (rows.length < INDICES_PAGE) return;
    after = Number(rows.at(-1)?.idx);
  }
}
