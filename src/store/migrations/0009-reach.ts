import { sql } from 'kysely';
import type { Tx } from '../contract.ts';

/** What a lock on an agent or a trust reaches is looked up at once, by those that have not ended. */
const INDEXES = [
  sql`create index credential_agent on row_credential
    ((data->'request'->>'agent'), (data->'credential'->>'notAfter') collate "C")`,
  sql`create index credential_trust on row_credential
    ((data->'request'->>'trust'), (data->'credential'->>'notAfter') collate "C")`,
];

export async function up(tx: Tx): Promise<void> {
  for (const statement of INDEXES) await statement.execute(tx);
}
