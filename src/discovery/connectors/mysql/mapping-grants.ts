import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { accountOf, flag, holderOf, read, rights, roleOf } from './words.ts';

/** What accounts may do: by roles, on databases, tables and routines, and everywhere. */

const memberships = defineListing({
  listing: 'memberships',
  about: 'which account or role is given which role, and whether it is active without asking',
  operations: read('mysql.role_edges', 'mysql.default_roles', 'mysql.roles_mapping'),
  shape: ({ text, object }) =>
    object({
      user: text(),
      host: text(),
      role: text(),
      roleHost: text(),
      admin: flag,
      standard: flag.nullable(),
    }),
  map: (item, mapping) => [
    {
      class: 'permission',
      naturalId: `membership/${accountOf(item)}/${roleOf(item)}`,
      label: `${accountOf(item)} has role ${roleOf(item)}`,
      attributes: {
        kind: 'mysql-role-membership',
        holder: holderOf(mapping, accountOf(item)),
        role: roleOf(item),
        default: item.standard === true,
        grants: [`SET ROLE on ${roleOf(item)}`, ...(item.admin ? [`ADMIN on ${roleOf(item)}`] : [])],
      },
    },
  ],
});

const administrators = defineListing({
  listing: 'administrators',
  about: 'accounts that may take a role which is as good as the administrator',
  operations: read('mysql.user', 'mysql.role_edges', 'mysql.roles_mapping'),
  shape: ({ text, object }) =>
    object({ user: text(), host: text(), role: text(), roleHost: text(), top: text(), topHost: text() }),
  map(item, mapping) {
    const account = accountOf(item);
    const next = roleOf(item);
    const top = roleOf({ role: item.top, roleHost: item.topHost });
    return [
      {
        class: 'permission',
        naturalId: `administrator/${account}/${next}/${top}`,
        label: `${account} may become ${top}`,
        attributes: {
          kind: 'mysql-administrator-path',
          holder: holderOf(mapping, account),
          administrator: true,
          path: next === top ? `role ${top}` : `role ${next}, which leads to ${top}`,
        },
      },
    ];
  },
});

/** What an account may do on one thing, as one observation. */
const heldOn = (
  mapping: Mapping,
  item: { user: string; host: string },
  where: string,
  grants: string[],
): Observed => ({
  class: 'permission',
  naturalId: `grants/${accountOf(item)}/${where}`,
  label: `${accountOf(item)}: ${grants[0] ?? 'nothing'}${grants.length > 1 ? ` and ${grants.length - 1} more` : ''}`,
  attributes: { kind: 'mysql-grants', holder: holderOf(mapping, accountOf(item)), path: where, grants },
});

const databaseGrants = defineListing({
  listing: 'database-grants',
  about: 'rights on whole databases',
  operations: read('mysql.db'),
  shape: ({ text, object }) => object({ user: text(), host: text(), name: text(), privileges: text() }),
  map: (item, mapping) => [
    heldOn(mapping, item, `\`${item.name}\`.*`, rights(item.privileges, `\`${item.name}\`.*`)),
  ],
});

const tableGrants = defineListing({
  listing: 'table-grants',
  about: 'rights on tables, and which of them are for some columns alone',
  operations: read('mysql.tables_priv'),
  shape: ({ text, object }) =>
    object({ user: text(), host: text(), name: text(), item: text(), privileges: text(), columns: text() }),
  map(item, mapping) {
    const table = `\`${item.name}\`.\`${item.item}\``;
    const grants = [...rights(item.privileges, table), ...rights(item.columns, `columns of ${table}`)];
    return [heldOn(mapping, item, table, grants)];
  },
});

const routineGrants = defineListing({
  listing: 'routine-grants',
  about: 'rights on functions and procedures',
  operations: read('mysql.procs_priv'),
  shape: ({ text, object }) =>
    object({ user: text(), host: text(), name: text(), item: text(), kind: text(), privileges: text() }),
  map(item, mapping) {
    const routine = `${item.kind} \`${item.name}\`.\`${item.item}\``;
    return [heldOn(mapping, item, routine, rights(item.privileges, routine))];
  },
});

const globalGrants = defineListing({
  listing: 'global-grants',
  about: 'dynamic privileges (MySQL)',
  operations: read('mysql.global_grants'),
  shape: ({ text, object }) => object({ user: text(), host: text(), privilege: text(), granting: flag }),
  map: (item, mapping) => [
    heldOn(mapping, item, `${item.privilege} on *.*`, [
      `${item.privilege} on *.*${item.granting ? ' with grant option' : ''}`,
    ]),
  ],
});

export const GRANT_LISTINGS = [
  memberships,
  administrators,
  databaseGrants,
  tableGrants,
  routineGrants,
  globalGrants,
];
