import { sql } from 'kysely';
import type { Tx } from '../contract.ts';

/** What lists, counts and lookups go by, so that a page costs a page whatever stands behind it. */
const INDEXES = [
  sql`create index identity_name on row_identity ((data->>'name') collate "C", key)`,
  sql`create index identity_state on row_identity ((data->>'state'), (data->>'name') collate "C", key)
    where known_to is null`,
  sql`create index identity_owner on row_identity ((data->'spec'->>'owner'), (data->>'name') collate "C", key)`,
  sql`create index identity_application on row_identity
    ((data->'spec'->>'application'), (data->>'name') collate "C", key)`,
  sql`create index trust_identity on row_trust ((data->'spec'->>'identity'))`,
  sql`create index lock_target on row_lock ((data->'target'->>'id'))`,
  sql`create index credential_identity_ends on row_credential
    ((data->'request'->>'identity'), (data->'credential'->>'notAfter') collate "C")`,
  sql`create index finding_open on row_finding (key) where known_to is null and data->>'closed' is null`,
  sql`create index alert_waiting on row_alert (key)
    where known_to is null and data->>'acknowledged' is null and data->>'resolved' is null`,
  sql`create index change_waiting on row_change (key) where known_to is null and data->>'state' = 'proposed'`,
  // A value may be longer than a tree's entry can be.
  sql`create index opening_value on opening using hash (value)`,
];

export async function up(tx: Tx): Promise<void> {
  for (const statement of INDEXES) await statement.execute(tx);
}
