import { GRANTS_MAX } from '#verifier';

/**
 * Everything that is asked of the server. Only the catalog's own views and tables, by full name, and of them only columns that hold
 * no secret: `pg_roles` and not `pg_authid`. Columns that a version lacks are asked for through `to_jsonb`, which leaves them null.
 */
export const DATABASES = `
  select d.datname as name, has_database_privilege(d.oid, 'CONNECT') as connect
  from pg_catalog.pg_database d where d.datallowconn order by d.oid`;

/** RFC 3339 in UTC, with milliseconds. */
const moment = (expression: string) =>
  `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Who is connected is in use now. Told by the day, so that a second look on the same day tells the same. */
const seen = (start: string) => moment(`greatest(${start}, date_trunc('day', now(), 'UTC'))`);

const ROLES = `
  select r.rolname as name, r.rolcanlogin as login, r.rolsuper as superuser, r.rolcreaterole as createrole,
    r.rolcreatedb as createdb, r.rolreplication as replication, r.rolbypassrls as bypassrls,
    r.rolconnlimit as connlimit,
    ${moment("nullif(r.rolvaliduntil, 'infinity')")} as expires,
    r.oid < 16384 and r.rolname like 'pg\\_%' as predefined
  from pg_catalog.pg_roles r order by r.oid`;

const MEMBERSHIPS = `
  select member.rolname as member, granted.rolname as role, m.admin_option as admin,
    coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, member.rolinherit) as inherit,
    coalesce((to_jsonb(m) ->> 'set_option')::boolean, true) as become
  from pg_catalog.pg_auth_members m
    join pg_catalog.pg_roles member on member.oid = m.member
    join pg_catalog.pg_roles granted on granted.oid = m.roleid
  where not (member.oid < 16384 and member.rolname like 'pg\\_%')
  order by m.member, m.roleid, m.grantor`;

/**
 * From each role that is as good as the administrator down to those who may become it. Only the next step of a way is kept and not
 * the way itself: so there are never more rows than memberships, however the groups are knit.
 */
const ADMINISTRATORS = `
  with recursive edge as (
    select m.roleid, m.member from pg_catalog.pg_auth_members m
    where coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
  ), top as (
    select r.oid from pg_catalog.pg_roles r
    where r.rolsuper or r.rolname in ('pg_execute_server_program', 'pg_write_server_files')
  ), reach as (
    select edge.member, edge.roleid as next, top.oid as top from edge join top on top.oid = edge.roleid
    union
    select edge.member, edge.roleid, reach.top from reach join edge on edge.roleid = reach.member
  )
  select member.rolname as member, next.rolname as next, top.rolname as top
  from reach
    join pg_catalog.pg_roles member on member.oid = reach.member
    join pg_catalog.pg_roles next on next.oid = reach.next
    join pg_catalog.pg_roles top on top.oid = reach.top
  where member.rolcanlogin and not member.rolsuper
  order by member.oid, next.oid, top.oid`;

const AUTHENTICATION_RULES = `
  select h.line_number as line, h.type, h.database as databases, h.user_name as users, h.address, h.netmask,
    h.auth_method as method, h.error is not null as unreadable
  from pg_catalog.pg_hba_file_rules h order by h.line_number`;

const SESSIONS = `
  select a.usename as name, count(*)::int as sessions,
    ${seen('max(a.backend_start)')} as seen,
    (array_agg(host(a.client_addr) order by a.backend_start desc))[1] as address,
    bool_or(a.client_addr is not null and not coalesce(s.ssl, false)) as clear
  from pg_catalog.pg_stat_activity a left join pg_catalog.pg_stat_ssl s on s.pid = a.pid
  where a.usename is not null and a.backend_type in ('client backend', 'walsender') and a.pid <> pg_backend_pid()
  group by a.usename order by a.usename`;

const CERTIFICATES = `
  select a.usename as name, s.client_dn as subject, s.issuer_dn as issuer, s.client_serial::text as serial,
    ${seen('max(a.backend_start)')} as seen
  from pg_catalog.pg_stat_ssl s join pg_catalog.pg_stat_activity a on a.pid = s.pid
  where s.client_serial is not null and a.usename is not null
  group by 1, 2, 3, 4 order by 1, 2, 3, 4`;

/** Objects of one kind: whose it is, its list of rights, and whether it belongs to the system. */
const OBJECTS = `
  select 'database' as kind, quote_ident(d.datname) as name, d.datdba as owner,
    coalesce(d.datacl, acldefault('d', d.datdba)) as acl, false as system
  from pg_catalog.pg_database d where d.datname = current_database()
  union all
  select 'schema', quote_ident(n.nspname), n.nspowner, n.nspacl, n.nspname ~ '^(pg_|information_schema$)'
  from pg_catalog.pg_namespace n
  union all
  select case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view'
      when 'f' then 'foreign table' else 'table' end,
    quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relowner, c.relacl, n.nspname ~ '^(pg_|information_schema$)'
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  union all
  select 'column', quote_ident(n.nspname) || '.' || quote_ident(c.relname) || '.' || quote_ident(a.attname),
    c.relowner, a.attacl, n.nspname ~ '^(pg_|information_schema$)'
  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace where a.attacl is not null
  union all
  select 'function', quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
    p.proowner, p.proacl, n.nspname ~ '^(pg_|information_schema$)'
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  union all
  select 'foreign server', quote_ident(f.srvname), f.srvowner, f.srvacl, false
  from pg_catalog.pg_foreign_server f`;

/**
 * Rights per holder, at most GRANTS_MAX in a row. What somebody owns is one right, `OWNER`, and not each that comes with it. Of
 * the system's own objects only what roles that were made here were given: the rest is the same in every installation.
 */
const GRANTS = `
  with object as (${OBJECTS}), entry as (
    select o.owner as grantee, 'OWNER on ' || o.kind || ' ' || o.name as held from object o where not o.system and o.kind <> 'column'
    union all
    select e.grantee, e.privilege_type || ' on ' || o.kind || ' ' || o.name || case when e.is_grantable then ' with grant option' else '' end
    from object o cross join lateral aclexplode(o.acl) e
    where e.grantee <> o.owner and (not o.system or e.grantee >= 16384)
  ), held as (
    select distinct case when r.rolname = 'pg_database_owner' then d.datdba else entry.grantee end as grantee, entry.held
    from entry left join pg_catalog.pg_roles r on r.oid = entry.grantee
      join pg_catalog.pg_database d on d.datname = current_database()
  ), part as (
    select h.grantee, h.held, (row_number() over (partition by h.grantee order by h.held collate "C") - 1) / ${GRANTS_MAX} + 1 as part
    from held h
  )
  select r.rolname as name, part.part::int as part, array_agg(part.held order by part.held collate "C") as held
  from part left join pg_catalog.pg_roles r on r.oid = part.grantee
  group by part.grantee, r.rolname, part.part order by part.grantee, part.part`;

/** Whether sessions of others are shown whole. */
export const SEES_SESSIONS = `
  select pg_has_role(r.oid, 'USAGE') as sees from pg_catalog.pg_roles r where r.rolname = 'pg_read_all_stats'`;

export const STATEMENTS: Record<string, string> = {
  roles: ROLES,
  memberships: MEMBERSHIPS,
  administrators: ADMINISTRATORS,
  'authentication-rules': AUTHENTICATION_RULES,
  sessions: SESSIONS,
  'client-certificates': CERTIFICATES,
  grants: GRANTS,
};
