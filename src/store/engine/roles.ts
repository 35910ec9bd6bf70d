import { sql } from 'kysely';
import type { Db } from '../contract.ts';

/** What the application becomes where one address serves for owner and application. */
const APPLICATION_ROLE = 'muniment_app';

/** INVARIANT: of these the application may read and add, never change or take away. */
const APPEND_ONLY = ['entry', 'body', 'tile'];

/**
 * Makes the application's role where the connecting one may make roles, and gives it its rights.
 * @returns its name, or undefined where none can be made; then the trigger alone guards entries
 */
export async function ownRole(owner: Db): Promise<string | undefined> {
  if (!(await mayMakeRoles(owner))) return undefined;
  await owner.transaction().execute(async (tx) => {
    // Roles belong to the whole cluster: another database's muniment may make it at this very moment.
    await sql`select pg_advisory_xact_lock(hashtext(${APPLICATION_ROLE}))`.execute(tx);
    const { rows } = await sql`select 1 from pg_roles where rolname = ${APPLICATION_ROLE}`.execute(tx);
    if (rows.length === 0) await sql`create role ${sql.id(APPLICATION_ROLE)} nologin`.execute(tx);
    await sql`grant ${sql.id(APPLICATION_ROLE)} to current_user`.execute(tx);
  });
  await grantTo(owner, APPLICATION_ROLE);
  return APPLICATION_ROLE;
}

async function mayMakeRoles(db: Db): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user`.execute(db);
  return rows[0]?.may === true;
}

/** Gives a role the application's rights over this database's tables, and takes what it must not have. */
export async function grantTo(owner: Db, role: string): Promise<void> {
  const to = sql.id(role);
  const statements = [
    sql`grant usage on schema public to ${to}`,
    sql`grant select, insert, update, delete on all tables in schema public to ${to}`,
    sql`grant usage on all sequences in schema public to ${to}`,
    sql`revoke update, delete, truncate on ${sql.join(APPEND_ONLY.map((table) => sql.table(table)))} from ${to}`,
    sql`revoke insert, update, delete on muniment_migration from ${to}`,
  ];
  await owner.transaction().execute(async (tx) => {
    // Two replicas that start at once would each update the same catalogue rows, and one would be refused.
    await sql`select pg_advisory_xact_lock(hashtext(${APPLICATION_ROLE}))`.execute(tx);
    for (const statement of statements) await statement.execute(tx);
  });
}
