import { sql } from 'kysely';
import type { Tx } from '../contract.ts';

const STATEMENTS = [
  sql`create table client_assertion (hash bytea primary key, ends text collate "C" not null)`,
  sql`create index client_assertion_ends on client_assertion (ends)`,
  // A certificate is also asked for by its key's hash.
  sql`create index credential_key on row_credential ((data->'credential'->>'keyHash'), known_from)`,
];

/** What OAuth clients have shown already. */
export async function up(tx: Tx): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(tx);
}
