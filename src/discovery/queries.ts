import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { sql } from 'kysely';
import type { Rows } from '#verifier';
import type { Db, Tx } from '../store/index.ts';

const STANDING_PAGE_ROWS = 2_000;
/** Of one committed page: what is kept longer is not opened whole. */
const DOCUMENT_MAX_BYTES = 256 * 1024 * 1024;

type ObservationRow = Rows['observation'];

/** Rows of one source and partition as they stand, by key, page by page: an estate need not fit in memory twice. */
export async function* standing(db: Db, source: string, partition: string): AsyncIterable<ObservationRow> {
  for (let after = ''; ; ) {
    const { rows } = await sql<{ data: ObservationRow }>`
      select data from row_observation
      where known_to is null and data->>'source' = ${source} and data->>'partition' = ${partition} and key > ${after}
      order by key limit ${STANDING_PAGE_ROWS}`.execute(db);
    yield* rows.map(({ data }) => data);
    const last = rows.at(-1);
    if (last === undefined || rows.length < STANDING_PAGE_ROWS) return;
    after = last.data.key;
  }
}

/** Present observations that go by one of these names, by key. */
export async function goingBy(db: Db, names: readonly string[], limit: number): Promise<ObservationRow[]> {
  if (names.length === 0) return [];
  const { rows } = await sql<{ data: ObservationRow }>`
    select data from row_observation
    where known_to is null and data->'joins' ?| ${names}::text[] and data->>'present' = 'true'
    order by key limit ${limit}`.execute(db);
  return rows.map(({ data }) => data);
}

/** Present observations whose making the provider recorded. */
export async function recordedMakings(db: Db): Promise<ObservationRow[]> {
  const { rows } = await sql<{ data: ObservationRow }>`
    select data from row_observation
    where known_to is null and data->>'present' = 'true' and data->'attributes' ? 'creationEvent'
    order by key`.execute(db);
  return rows.map(({ data }) => data);
}

/** What a person said must be gone. */
export async function toBeRetired(db: Db): Promise<ObservationRow[]> {
  const { rows } = await sql<{ data: ObservationRow }>`
    select data from row_observation
    where known_to is null and data ? 'disposed' and data->'disposed'->>'disposition' = 'retire' order by key`.execute(
    db,
  );
  return rows.map(({ data }) => data);
}

export interface StoredDocument {
  digest: string;
  text: string;
}

/** Keeps committed pages; one that is there already costs no more than the question. */
export async function keepDocuments(
  db: Db,
  documents: readonly StoredDocument[],
  now: string,
): Promise<void> {
  const digests = documents.map(({ digest }) => digest);
  const { rows } = await sql<{ digest: string }>`
    select digest from document where digest = any(${digests}::text[])`.execute(db);
  const known = new Set(rows.map(({ digest }) => digest));
  for (const { digest, text } of documents) {
    if (known.has(digest)) continue;
    const data = await promisify(gzip)(text);
    await db
      .insertInto('document')
      .values({ digest, data, bytes: Buffer.byteLength(text), first_seen: now })
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .execute();
  }
}

/** Canonical JSON of a committed page; undefined where none is kept under this digest. */
export async function documentOf(db: Db, digest: string): Promise<Buffer | undefined> {
  const row = await db.selectFrom('document').select('data').where('digest', '=', digest).executeTakeFirst();
  return row && promisify(gunzip)(row.data, { maxOutputLength: DOCUMENT_MAX_BYTES });
}

/** What the names of a source's sealed secrets begin with; a source's name holds no slash. */
export const sealedFolder = (source: string): string => `source/${source}/`;

export async function putSealed(db: Tx, name: string, sealed: Uint8Array): Promise<void> {
  await db
    .insertInto('sealed_secret')
    .values({ name, sealed })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ sealed }))
    .execute();
}

export async function getSealed(db: Db, name: string): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('sealed_secret')
    .select('sealed')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.sealed;
}

/** Everything that is kept sealed for a source. */
export async function dropSealed(db: Tx, source: string): Promise<void> {
  await sql`delete from sealed_secret where starts_with(name, ${sealedFolder(source)})`.execute(db);
}

/** Takes or renews the right to sweep a source: among replicas one does. */
export async function leaseSweep(
  db: Db,
  source: string,
  lease: string,
  now: string,
  until: string,
): Promise<boolean> {
  const { rows } = await sql`
    insert into follower (name, next, lease, leased_until) values (${`sweep:${source}`}, 0, ${lease}, ${until})
    on conflict (name) do update set lease = excluded.lease, leased_until = excluded.leased_until
      where follower.lease is null or follower.lease = excluded.lease or follower.leased_until < ${now}
    returning name`.execute(db);
  return rows.length === 1;
}

export async function releaseSweep(db: Db, source: string, lease: string): Promise<void> {
  await sql`update follower set lease = null, leased_until = null
    where name = ${`sweep:${source}`} and lease = ${lease}`.execute(db);
}
