import { sql } from 'kysely';
import type { Tx } from '../contract.ts';

export async function up(tx: Tx): Promise<void> {
  await sql`create table cosignature (
    origin text collate "C" not null, witness text collate "C" not null, size bigint not null, checkpoint text not null,
    line text not null, cosigned text collate "C" not null, primary key (origin, witness))`.execute(tx);
}
