/**
 * Everything that is asked of the server: tables of rights, and of them only columns that hold no secret. A hash is compared with
 * the empty text on the server and never read. Where the two families differ, each has its own.
 */
export interface Statement {
  /** Tables in it, as the operations name them. */
  tables: string[];
  /** Without order and limit. */
  select: string;
  /** Fields that make a row unique. Rows are read in their order, by bytes. */
  keys: string[];
}

export type Family = 'mysql' | 'mariadb';

const PRIVILEGES = [
  ...['Select', 'Insert', 'Update', 'Delete', 'Create', 'Drop', 'Reload', 'Shutdown', 'Process', 'File'],
  ...[
    'Grant',
    'References',
    'Index',
    'Alter',
    'Show_db',
    'Super',
    'Create_tmp_table',
    'Lock_tables',
    'Execute',
  ],
  ...['Repl_slave', 'Repl_client', 'Create_view', 'Show_view', 'Create_routine', 'Alter_routine'],
  ...['Create_user', 'Event', 'Trigger'],
];
const OF_DATABASES = [
  ...['Select', 'Insert', 'Update', 'Delete', 'Create', 'Drop', 'Grant', 'References', 'Index', 'Alter'],
  ...['Create_tmp_table', 'Lock_tables', 'Create_view', 'Show_view', 'Create_routine', 'Alter_routine'],
  ...['Execute', 'Event', 'Trigger'],
];
const held = (privileges: string[], alias: string) =>
  `concat_ws(',', ${privileges.map((name) => `if(${alias}.${name}_priv = 'Y', '${name.toLowerCase()}', null)`).join(', ')})`;

const ACCOUNT = ['user', 'host'];
/** RFC 3339; the session is in UTC. */
const moment = (expression: string) => `date_format(${expression}, '%Y-%m-%dT%H:%i:%sZ')`;
const UNTIL = (changed: string, lifetime: string) =>
  `case when ${lifetime} > 0 then ${moment(`date_add(${changed}, interval ${lifetime} day)`)} end`;

const MARIADB_CHANGED = "from_unixtime(nullif(json_value(g.Priv, '$.password_last_changed'), 0))";
/** -1 and nothing: as the server has it for all. */
const MARIADB_LIFETIME =
  "coalesce(nullif(cast(json_value(g.Priv, '$.password_lifetime') as signed), -1), @@default_password_lifetime)";
const MYSQL_LIFETIME = 'coalesce(u.password_lifetime, @@default_password_lifetime)';

const ACCOUNTS: Record<Family, Statement> = {
  mysql: {
    tables: ['mysql.user'],
    select: `select u.User as user, u.Host as host, u.plugin as plugin, u.account_locked = 'Y' as locked,
      u.password_expired = 'Y' as expired, ${moment('u.password_last_changed')} as changed,
      ${UNTIL('u.password_last_changed', MYSQL_LIFETIME)} as until, u.ssl_type as tls,
      convert(u.x509_issuer using utf8mb4) as issuer, convert(u.x509_subject using utf8mb4) as subject, 0 as role,
      ${held([...PRIVILEGES, 'Create_role', 'Drop_role'], 'u')} as privileges
      from mysql.user u`,
    keys: ACCOUNT,
  },
  mariadb: {
    tables: ['mysql.user', 'mysql.global_priv'],
    select: `select u.User as user, u.Host as host, u.plugin as plugin,
      coalesce(json_value(g.Priv, '$.account_locked') in ('true', '1'), 0) as locked,
      u.password_expired = 'Y' as expired, ${moment(MARIADB_CHANGED)} as changed,
      ${UNTIL(MARIADB_CHANGED, MARIADB_LIFETIME)} as until, u.ssl_type as tls,
      u.x509_issuer as issuer, u.x509_subject as subject, u.is_role = 'Y' as role,
      ${held(PRIVILEGES, 'u')} as privileges
      from mysql.user u join mysql.global_priv g on g.User = u.User and g.Host = u.Host`,
    keys: ACCOUNT,
  },
};

/** Plugins that believe whoever gives the password; with no password, everybody. */
const BY_PASSWORD =
  "('', 'mysql_native_password', 'caching_sha2_password', 'sha256_password', 'mysql_old_password', 'ed25519')";
/** Whoever has no certificate is not let in either. */
const CERTIFIED = "('X509', 'SPECIFIED')";
const EMPTY_PASSWORDS: Record<Family, Statement> = {
  mysql: {
    tables: ['mysql.user'],
    select: `select u.User as user, u.Host as host from mysql.user u
      where u.plugin in ${BY_PASSWORD} and u.authentication_string = '' and u.account_locked <> 'Y'
        and u.ssl_type not in ${CERTIFIED}`,
    keys: ACCOUNT,
  },
  mariadb: {
    tables: ['mysql.user', 'mysql.global_priv'],
    select: `select u.User as user, u.Host as host from mysql.user u
      join mysql.global_priv g on g.User = u.User and g.Host = u.Host
      where u.is_role <> 'Y' and u.plugin in ${BY_PASSWORD} and u.authentication_string = ''
        and u.ssl_type not in ${CERTIFIED}
        and coalesce(json_value(g.Priv, '$.account_locked') in ('true', '1'), 0) = 0`,
    keys: ACCOUNT,
  },
};

const MEMBER = ['user', 'host', 'role', 'roleHost'];
/** Who is given which role, under the same names in both families. */
const EDGES: Record<Family, string> = {
  mysql: `select e.TO_USER as user, e.TO_HOST as host, e.FROM_USER as role, e.FROM_HOST as roleHost,
    e.WITH_ADMIN_OPTION = 'Y' as admin, d.USER is not null as standard
    from mysql.role_edges e left join mysql.default_roles d on d.USER = e.TO_USER and d.HOST = e.TO_HOST
      and d.DEFAULT_ROLE_USER = e.FROM_USER and d.DEFAULT_ROLE_HOST = e.FROM_HOST`,
  mariadb: `select r.User as user, r.Host as host, r.Role as role, '' as roleHost,
    r.Admin_option = 'Y' as admin, u.default_role = r.Role as standard
    from mysql.roles_mapping r join mysql.user u on u.User = r.User and u.Host = r.Host`,
};
const EDGE_TABLES: Record<Family, string[]> = {
  mysql: ['mysql.role_edges', 'mysql.default_roles'],
  mariadb: ['mysql.roles_mapping', 'mysql.user'],
};
const memberships = (family: Family): Statement => ({
  tables: EDGE_TABLES[family],
  select: `select m.user as user, m.host as host, m.role as role, m.roleHost as roleHost, m.admin as admin, m.standard as standard
    from (${EDGES[family]}) m`,
  keys: MEMBER,
});

/**
 * From each role that is as good as the administrator down to the accounts that may take it. Only the next step of a way is kept:
 * so there are never more rows than memberships, however the roles are knit.
 */
const administrators = (family: Family): Statement => ({
  tables: ['mysql.user', ...EDGE_TABLES[family]],
  select: `select m.user as user, m.host as host, m.role as role, m.roleHost as roleHost, m.top as top, m.topHost as topHost from (
    with recursive edge as (${EDGES[family]}), reach as (
      select edge.user, edge.host, edge.role, edge.roleHost, edge.role as top, edge.roleHost as topHost
      from edge join mysql.user u on u.User = edge.role and u.Host = edge.roleHost
      where u.Super_priv = 'Y' or (u.Create_user_priv = 'Y' and u.Grant_priv = 'Y')
      union
      select edge.user, edge.host, edge.role, edge.roleHost, reach.top, reach.topHost
      from edge join reach on edge.role = reach.user and edge.roleHost = reach.host
    ) select reach.* from reach join mysql.user a on a.User = reach.user and a.Host = reach.host
      where a.Super_priv <> 'Y' and reach.host <> '') m`,
  keys: [...MEMBER, 'top', 'topHost'],
});

const DATABASE_GRANTS: Statement = {
  tables: ['mysql.db'],
  select: `select u.User as user, u.Host as host, u.Db as name, ${held(OF_DATABASES, 'u')} as privileges from mysql.db u`,
  keys: [...ACCOUNT, 'name'],
};
const TABLE_GRANTS: Statement = {
  tables: ['mysql.tables_priv'],
  select: `select u.User as user, u.Host as host, u.Db as name, u.Table_name as item, u.Table_priv as privileges,
    u.Column_priv as columns from mysql.tables_priv u`,
  keys: [...ACCOUNT, 'name', 'item'],
};
const ROUTINE_GRANTS: Statement = {
  tables: ['mysql.procs_priv'],
  select: `select u.User as user, u.Host as host, u.Db as name, u.Routine_name as item, lower(u.Routine_type) as kind,
    u.Proc_priv as privileges from mysql.procs_priv u`,
  keys: [...ACCOUNT, 'name', 'item', 'kind'],
};
const GLOBAL_GRANTS: Statement = {
  tables: ['mysql.global_grants'],
  select: `select u.USER as user, u.HOST as host, u.PRIV as privilege, u.WITH_GRANT_OPTION = 'Y' as granting
    from mysql.global_grants u`,
  keys: [...ACCOUNT, 'privilege'],
};

const UPTIME = `(select VARIABLE_VALUE from performance_schema.global_status where VARIABLE_NAME = 'Uptime')`;
/** To the next full hour, so that a second look tells the same: the server knows how long it is up, and not since when. */
const STARTED = `least(utc_timestamp(), date_add(
  date_format(date_sub(utc_timestamp(), interval ${UPTIME} second), '%Y-%m-%d %H:00:00'), interval 1 hour))`;

/** Since the server started. An account is told where no other has the same name: clients are counted by name and place. */
const CONNECTIONS: Statement = {
  tables: ['mysql.user', 'performance_schema.accounts', 'performance_schema.global_status'],
  select: `select u.User as user, min(u.Host) as host, coalesce(sum(a.CURRENT_CONNECTIONS), 0) > 0 as present,
      coalesce(sum(a.TOTAL_CONNECTIONS), 0) > 0 as used, ${moment('utc_date()')} as today,
      ${moment(STARTED)} as since
    from mysql.user u left join (select USER, sum(CURRENT_CONNECTIONS) as CURRENT_CONNECTIONS, sum(TOTAL_CONNECTIONS) as TOTAL_CONNECTIONS
      from performance_schema.accounts group by USER) a on a.USER = u.User
    where u.User <> '' and u.Host <> '' group by u.User having count(*) = 1`,
  keys: ['user'],
};

export const FAMILY = `select version() as version, @@performance_schema as watches`;

export function statementsOf(family: Family): Record<string, Statement> {
  return {
    accounts: ACCOUNTS[family],
    'empty-passwords': EMPTY_PASSWORDS[family],
    memberships: memberships(family),
    administrators: administrators(family),
    'database-grants': DATABASE_GRANTS,
    'table-grants': TABLE_GRANTS,
    'routine-grants': ROUTINE_GRANTS,
    ...(family === 'mysql' ? { 'global-grants': GLOBAL_GRANTS } : {}),
    connections: CONNECTIONS,
  };
}

/** Bytes as a literal: no escaping that a setting of the server could undo. */
const literal = (value: string) => `x'${Buffer.from(value).toString('hex')}'`;
const bytes = (expression: string) => `cast(${expression} as binary)`;

/** The next rows after one that was read; from the start where there was none. */
export function pageOf({ select, keys }: Statement, after: string[] | undefined, limit: number): string {
  const wrapped = `select * from (${select}) listed`;
  const columns = keys.map((field) => bytes(`listed.${field}`)).join(', ');
  const past = after === undefined ? '' : ` where (${columns}) > (${after.map(literal).join(', ')})`;
  return `${wrapped}${past} order by ${columns} limit ${limit}`;
}

export const countOf = ({ select }: Statement): string =>
  `select count(*) as items, ${moment('utc_timestamp()')} as now from (${select}) listed`;
