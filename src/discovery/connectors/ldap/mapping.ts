import { z } from 'zod';
import { defineListing, type Mapping, type Observed } from '../../contract.ts';
import { joins } from '../../joins.ts';

/** Flags of `userAccountControl`. */
const DISABLED = 0x2;
const NEVER_EXPIRES = 0x10000;
const TRUSTED_FOR_DELEGATION = 0x80000;
const TRUSTED_TO_IMPERSONATE = 0x1000000;

/** 100 ns since 1601, as Active Directory counts; milliseconds from there to 1970. */
const TICKS_PER_MS = 10_000n;
const EPOCH_MS = 11_644_473_600_000n;
const NEVER = 0x7fffffffffffffffn;

const DAY_MS = 24 * 60 * 60 * 1000;
/** `lastLogonTimestamp` is replicated when it is this old. */
const LATE_DAYS = 14;

/** A moment of Active Directory; null where there is none (`0`, or the end of all times). */
export function momentOfTicks(ticks: string): string | null {
  const value = BigInt(ticks);
  if (value === 0n || value === NEVER) return null;
  return new Date(Number(value / TICKS_PER_MS - EPOCH_MS)).toISOString();
}

/** GeneralizedTime of X.208, in UTC: `20260102030405.0Z`. */
export function momentOfGeneralized(text: string): string | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,]\d+)?Z$/.exec(text) ?? [];
  return year === undefined ? undefined : `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
}

const holderOf = (mapping: Mapping, dn: string) => mapping.key('identity', `entry/${dn.toLowerCase()}`);

const accounts = defineListing({
  listing: 'accounts',
  about: 'accounts of services: names, password ages, last logons, delegation, who manages them',
  operations: ['search'],
  shape: ({ text, personal, object }) => {
    const one = () => z.tuple([text()]).optional();
    const ticks = z.tuple([z.string().regex(/^-?\d{1,19}$/)]).optional();
    return object({
      dn: z.tuple([text()]),
      objectclass: z.array(text()),
      samaccountname: one(),
      useraccountcontrol: ticks,
      pwdlastset: ticks,
      lastlogontimestamp: ticks,
      accountexpires: ticks,
      whencreated: one(),
      createtimestamp: one(),
      pwdchangedtime: one(),
      serviceprincipalname: z.array(text()).optional(),
      'msds-allowedtodelegateto': z.array(text()).optional(),
      managedby: z.tuple([personal()]).optional(),
      asked: z.tuple([text()]),
    });
  },
  map(item, mapping): Observed[] {
    const [dn] = item.dn;
    const classes = item.objectclass.map((each) => each.toLowerCase());
    const flags = item.useraccountcontrol && Number(item.useraccountcontrol[0]);
    const has = (flag: number) => flags !== undefined && (flags & flag) !== 0;
    const created = momentOfGeneralized(item.whencreated?.[0] ?? item.createtimestamp?.[0] ?? '');
    const logon = item.lastlogontimestamp && momentOfTicks(item.lastlogontimestamp[0]);
    const isDirectory = flags !== undefined;
    const identity: Observed = {
      class: 'identity',
      naturalId: `entry/${dn.toLowerCase()}`,
      label: item.samaccountname?.[0] ?? dn,
      attributes: {
        kind: kindOf(classes, isDirectory),
        ...(flags === undefined ? {} : { enabled: !has(DISABLED) }),
        created,
        ...(item.accountexpires === undefined
          ? {}
          : { accountExpires: momentOfTicks(item.accountexpires[0]) }),
        ...(item.managedby === undefined ? {} : { owner: item.managedby[0], ownerFrom: 'directory' }),
      },
      joins: [joins.directory(dn)],
    };
    const changed = item.pwdlastset
      ? momentOfTicks(item.pwdlastset[0])
      : momentOfGeneralized(item.pwdchangedtime?.[0] ?? '');
    const password: Observed = {
      class: 'credential',
      naturalId: `password/${dn.toLowerCase()}`,
      label: `password of ${identity.label}`,
      attributes: {
        kind: isDirectory ? 'active-directory-password' : 'ldap-password',
        holder: holderOf(mapping, dn),
        // 0: to be changed at the next logon. That is no time at which it was.
        rotated: changed ?? undefined,
        ...(has(NEVER_EXPIRES) ? { expires: null } : {}),
        ...(isDirectory ? lastUse(logon ?? null, item.asked[0]) : {}),
      },
    };
    return [
      identity,
      password,
      ...(has(DISABLED) ? [] : kerberoastable(item.serviceprincipalname ?? [], classes, dn, mapping)),
      ...delegations(has, item['msds-allowedtodelegateto'] ?? [], dn, mapping),
    ];
  },
});

/** The server tells a logon up to 14 days late: until then we know, and not until now. */
function lastUse(logon: string | null, asked: string) {
  const knownUntil = new Date(Date.parse(asked) - LATE_DAYS * DAY_MS).toISOString();
  return { lastUsed: logon, usesKnownUntil: knownUntil };
}

function kindOf(classes: string[], isDirectory: boolean): string {
  if (classes.includes('msds-groupmanagedserviceaccount'))
    return 'active-directory-group-managed-service-account';
  if (classes.includes('msds-managedserviceaccount')) return 'active-directory-managed-service-account';
  if (classes.includes('computer')) return 'active-directory-computer';
  return isDirectory ? 'active-directory-account' : 'ldap-account';
}

/** Of a user (not of a computer or a managed account, whose passwords nobody can guess) anyone may ask for a ticket and try passwords on it. */
function kerberoastable(names: string[], classes: string[], dn: string, mapping: Mapping): Observed[] {
  if (names.length === 0 || classes.includes('computer') || classes.some((each) => each.startsWith('msds-')))
    return [];
  return [
    {
      class: 'exposure',
      naturalId: `kerberoastable/${dn.toLowerCase()}`,
      label: `${dn} has a service principal name: its password can be tried without the server noticing`,
      attributes: {
        kind: 'active-directory-kerberoastable',
        holder: holderOf(mapping, dn),
        principals: names,
      },
    },
  ];
}

function delegations(
  has: (flag: number) => boolean,
  targets: string[],
  dn: string,
  mapping: Mapping,
): Observed[] {
  const grants = [
    ...(has(TRUSTED_FOR_DELEGATION) ? ['DELEGATE on any service'] : []),
    ...(has(TRUSTED_TO_IMPERSONATE) ? ['IMPERSONATE on any user'] : []),
    ...targets.map((target) => `DELEGATE on ${target}`),
  ];
  if (grants.length === 0) return [];
  return [
    {
      class: 'permission',
      naturalId: `delegation/${dn.toLowerCase()}`,
      label: `${dn}: ${grants[0]}`,
      attributes: {
        kind: 'active-directory-delegation',
        holder: holderOf(mapping, dn),
        grants,
        ...(has(TRUSTED_FOR_DELEGATION) ? { administrator: true, path: 'unconstrained delegation' } : {}),
      },
    },
  ];
}

const administrators = defineListing({
  listing: 'administrators',
  about: 'members of the groups that administer the domain, through groups too',
  operations: ['search'],
  shape: ({ text, object }) =>
    object({ dn: z.tuple([text()]), group: z.tuple([text()]), through: z.array(text()) }),
  map({ dn: [dn], group: [group], through }, mapping) {
    const way = [...through, group];
    return [
      {
        class: 'permission',
        naturalId: ['administrator', group, dn, way[0]].join('/').toLowerCase(),
        label: `${dn} is in ${group}`,
        attributes: {
          kind: 'active-directory-administrator',
          holder: holderOf(mapping, dn),
          administrator: true,
          path: `member of ${way.join(', in ')}`,
        },
      },
    ];
  },
});

export const LISTINGS = [accounts, administrators];
