import type { RawPage, SourceLimits } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import type { Directory, Values } from './client.ts';
import { ANY_ENTRY, allOf, escaped, type ItemsOf, pagesOf } from './reading.ts';
import { relativeIdOf, sidOf } from './sid.ts';

/**
 * Security identifiers are the same in every language and after every renaming ([MS-DTYP], section 2.4.2.4). Administrators is built
 * in; Domain, Schema and Enterprise Admins end the domain's own.
 */
const ADMINISTRATORS = 'S-1-5-32-544';
const DOMAIN_ADMINS = '512';
const OF_DOMAIN = [DOMAIN_ADMINS, '518', '519'];

interface Group {
  dn: string;
  /** Absent where it is not shown. */
  sid: string | undefined;
}

type Limits = Pick<SourceLimits, 'pagesMax'>;

const groupOf = ({ dn: [dn = ''], objectsid = [] }: Values): Group => ({ dn, sid: sidOf(objectsid[0]) });

async function topGroups(directory: Directory, limits: Limits, domain: string): Promise<Group[]> {
  const head = { base: domain, scope: 'base' as const, filter: ANY_ENTRY, attributes: ['objectSid'] };
  const [own] = await directory.search(head);
  const sid = sidOf(own?.objectsid?.[0]);
  if (sid === undefined) throw new SourceError('denied', 'the domain does not show its SID');
  const sids = [ADMINISTRATORS, ...OF_DOMAIN.map((rid) => `${sid}-${rid}`)];
  const filter = `(|${sids.map((each) => `(objectSid=${each})`).join('')})`;
  const search = { base: domain, scope: 'sub' as const, filter, attributes: ['objectSid'] };
  const groups = (await allOf(directory, limits, search)).map(groupOf);
  // Every domain has these two: not to see them is no word that nobody is in them.
  for (const always of [ADMINISTRATORS, `${sid}-${DOMAIN_ADMINS}`])
    if (!groups.some((group) => group.sid === always))
      throw new SourceError('denied', 'a group of administrators is not shown');
  return groups;
}

/** A group inside another one, and the groups on the shortest way to the top: itself first, the top left out. */
export interface Nested {
  group: Group;
  way: string[];
}

/**
 * `top`, and every group that is in it. Asked step by step: the server could follow the chain by itself
 * (LDAP_MATCHING_RULE_IN_CHAIN), but names no way, and Samba that fails at it sends an empty last page.
 */
export async function nestedIn(top: Group, within: (group: Group) => Promise<Group[]>): Promise<Nested[]> {
  const found: Nested[] = [{ group: top, way: [] }];
  const seen = new Set([top.dn.toLowerCase()]);
  // The list is walked while it grows: so the nearest come first, and a circle ends.
  for (const { group: above, way } of found)
    for (const group of await within(above)) {
      if (seen.has(group.dn.toLowerCase())) continue;
      seen.add(group.dn.toLowerCase());
      found.push({ group, way: [group.dn, ...way] });
    }
  return found;
}

/** A primary group is not among those that an entry names. */
const isMember = ({ dn, sid }: Group): string =>
  sid === undefined
    ? `(memberOf=${escaped(dn)})`
    : `(|(memberOf=${escaped(dn)})(primaryGroupID=${relativeIdOf(sid)}))`;

/** Who below `base` is in a group that administers `domain`, through groups too. @throws SourceError */
export async function* administratorsOf(
  directory: Directory,
  limits: Limits,
  { domain, base }: { domain: string; base: string },
): AsyncGenerator<RawPage> {
  const searchOf = (base: string, objectClass: string, filter: string, attributes: string[]) => ({
    ...{ base, scope: 'sub' as const, attributes },
    filter: `(&(objectClass=${objectClass})${filter})`,
  });
  const within = async ({ dn }: Group) => {
    const search = searchOf(domain, 'group', `(memberOf=${escaped(dn)})`, ['objectSid']);
    return (await allOf(directory, limits, search)).map(groupOf);
  };
  const tops = await topGroups(directory, limits, domain);
  for (const top of tops)
    for (const { group, way } of await nestedIn(top, within)) {
      const search = searchOf(base, 'user', isMember(group), ['cn']);
      const itemsOf: ItemsOf = ({ dn }) => [{ dn, group: [top.dn], through: way }];
      for await (const page of pagesOf(directory, limits, search, itemsOf)) yield { ...page, end: false };
    }
  yield { operation: 'search', request: { base }, items: [], calls: 0, end: true };
}
