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
  sid: string;
  memberOf: string[];
}

type Limits = Pick<SourceLimits, 'pagesMax'>;

/** Membership through groups is told by the server itself (LDAP_MATCHING_RULE_IN_CHAIN). */
const inChain = ({ dn }: Group) => `(memberOf:1.2.840.113556.1.4.1941:=${escaped(dn)})`;

/** What hides its SID is left out. */
const groupsOf = (entries: Values[]): Group[] =>
  entries.flatMap(({ dn: [dn = ''], objectsid = [], memberof = [] }) => {
    const sid = sidOf(objectsid[0]);
    return sid === undefined ? [] : [{ dn, sid, memberOf: memberof }];
  });

async function topGroups(directory: Directory, limits: Limits, domain: string): Promise<Group[]> {
  const head = { base: domain, scope: 'base' as const, filter: ANY_ENTRY, attributes: ['objectSid'] };
  const [own] = await directory.search(head);
  const sid = sidOf(own?.objectsid?.[0]);
  if (sid === undefined) throw new SourceError('denied', 'the domain does not show its SID');
  const sids = [ADMINISTRATORS, ...OF_DOMAIN.map((rid) => `${sid}-${rid}`)];
  const filter = `(|${sids.map((each) => `(objectSid=${each})`).join('')})`;
  const search = { base: domain, scope: 'sub' as const, filter, attributes: ['objectSid', 'memberOf'] };
  const groups = groupsOf(await allOf(directory, limits, search));
  // Every domain has these two: not to see them is no word that nobody is in them.
  for (const always of [ADMINISTRATORS, `${sid}-${DOMAIN_ADMINS}`])
    if (!groups.some((group) => group.sid === always))
      throw new SourceError('denied', 'a group of administrators is not shown');
  return groups;
}

/** For each group in `top`, and `top`: the groups on the shortest way to it, itself first and `top` left out. */
export function waysTo(top: Group, nested: Group[]): Map<Group, string[]> {
  const ways = new Map<Group, string[]>([[top, []]]);
  // A map is walked in the order in which it grows: so the nearest come first, and a circle ends.
  for (const [above, way] of ways)
    for (const group of nested)
      if (!ways.has(group) && isIn(group.memberOf, above)) ways.set(group, [group.dn, ...way]);
  return ways;
}

const isIn = (memberOf: string[], { dn }: Group): boolean =>
  memberOf.some((each) => each.toLowerCase() === dn.toLowerCase());

/** An item for each group by which a member is in `top`; a primary group is not among those that the entry names. */
const membershipsOf =
  (top: Group, ways: Map<Group, string[]>): ItemsOf =>
  ({ dn, memberof = [], primarygroupid = [] }) => {
    const through = [...ways]
      .filter(([group]) => isIn(memberof, group) || primarygroupid.includes(relativeIdOf(group.sid)))
      .map(([, way]) => way);
    if (through.length === 0) return [{ dn, group: [top.dn] }];
    return through.map((way) => ({ dn, group: [top.dn], through: way }));
  };

async function* membersOf(
  directory: Directory,
  limits: Limits,
  { top, domain, base }: { top: Group; domain: string; base: string },
): AsyncGenerator<RawPage> {
  const filter = `(&(objectClass=group)${inChain(top)})`;
  const search = { base: domain, scope: 'sub' as const, filter, attributes: ['objectSid', 'memberOf'] };
  const ways = waysTo(top, groupsOf(await allOf(directory, limits, search)));
  const primary = [...ways.keys()].map(({ sid }) => `(primaryGroupID=${relativeIdOf(sid)})`);
  const members = {
    base,
    scope: 'sub' as const,
    filter: `(&(objectClass=user)(|${inChain(top)}${primary.join('')}))`,
    attributes: ['memberOf', 'primaryGroupID'],
  };
  yield* pagesOf(directory, limits, members, membershipsOf(top, ways));
}

/** Who below `base` is in a group that administers `domain`, through groups too. @throws SourceError */
export async function* administratorsOf(
  directory: Directory,
  limits: Limits,
  { domain, base }: { domain: string; base: string },
): AsyncGenerator<RawPage> {
  const groups = await topGroups(directory, limits, domain);
  for (const [at, top] of groups.entries())
    for await (const page of membersOf(directory, limits, { top, domain, base }))
      yield { ...page, end: page.end && at === groups.length - 1 };
}
