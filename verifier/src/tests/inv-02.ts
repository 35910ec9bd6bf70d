import type { Commitment, Kind, Rows } from '../words/index.ts';
import type { Context } from './context.ts';
import type { Version } from './history.ts';
import { type Interval, overlap, told, without } from './intervals.ts';
import { departure, type Finding, finding, type Judged, judge, withheldFinding } from './result.ts';
import { unlessWithheld } from './withheld.ts';

export const ACCEPTANCE_DAYS = 365;
const DAY_MS = 86_400_000;
const PURPOSE_MIN_CHARACTERS = 10;
const IDENTITY_KINDS: readonly Kind[] = [
  'resource.declared',
  'resource.retired',
  'identity.moved',
  'owner.accepted',
];
const PERSON_KINDS: readonly Kind[] = ['resource.declared', 'resource.retired'];

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words that make any name one of more than one person. */
const GROUP_WORDS = words(
  'crew department devops dl group helpdesk mailbox noreply reply shared squad sre staff support team',
);
/** Words that are no person's name where there is no other beside them: `admin`, but not `Ada Admin`. */
const GENERIC_WORDS = words(
  'account admin administrator alert alerts help hostmaster info it no office operations operator ops owner platform postmaster ' +
    'root security service sysadmin system user webmaster',
);

/** True for a name, or the first part of an address, that a team, a mailbox or a generic account would go by. */
function isShared(name: string): boolean {
  const parts = name
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((part) => part !== '');
  const isGroup = parts.some((part) => GROUP_WORDS.has(part));
  return isGroup || (parts.length > 0 && parts.every((part) => GENERIC_WORDS.has(part)));
}

type Identity = Version<'identity'>;

const isStanding = ({ row, from, to }: Identity): boolean =>
  !row.retired && row.state !== 'retired' && from < to;

/** Every identity that stood at any instant of the period. */
function population({ history }: Context): Array<[string, Identity[]]> {
  const all = [...history('identity')].map(([id, versions]): [string, Identity[]] => [
    id,
    versions.filter(isStanding),
  ]);
  return all.filter(([, versions]) => versions.length > 0);
}

const ownersOf = (versions: Identity[]): string[] => [...new Set(versions.map(({ row }) => row.spec.owner))];

function activeTimes({ history }: Context, owner: string): Interval[] {
  const versions = history('person').get(owner) ?? [];
  return versions.filter(({ row }) => !row.retired && row.spec.status === 'active');
}

const notActive = ({ owner, gone }: { owner: string; gone: Interval[] }): string[] =>
  gone.length === 0 ? [] : [`${owner} was not active ${told(gone)}`];

function owned(context: Context, [id, versions]: [string, Identity[]]): Finding {
  const gaps = versions.map((version) => ({
    owner: version.row.spec.owner,
    gone: without(version, activeTimes(context, version.row.spec.owner)),
  }));
  const gone = gaps.flatMap((each) => each.gone);
  const owners = ownersOf(versions);
  const found =
    gone.length === 0
      ? finding('PASS', id, `owned by ${owners.join(', ')} throughout`)
      : departure(id, gaps.flatMap(notActive).join('; '), gone);
  const about = unlessWithheld(context, found, owners, PERSON_KINDS);
  return unlessWithheld(context, about, [id], IDENTITY_KINDS);
}

/** From the acceptance until it lapses. */
function acceptance({ ownerAccepted }: Rows['identity']): Interval {
  return { from: '', to: new Date(Date.parse(ownerAccepted) + ACCEPTANCE_DAYS * DAY_MS).toISOString() };
}

function accepted(context: Context, [id, versions]: [string, Identity[]]): Finding {
  const lapsed = versions.flatMap((version) => without(version, [acceptance(version.row)]));
  const latest = versions.at(-1)?.row.ownerAccepted;
  const found =
    lapsed.length === 0
      ? finding('PASS', id, `last accepted ${latest}`)
      : departure(id, `acceptance had lapsed ${told(lapsed)}`, lapsed);
  return unlessWithheld(context, found, [id], IDENTITY_KINDS);
}

const isStated = (purpose: string): boolean => [...purpose.trim()].length >= PURPOSE_MIN_CHARACTERS;

function purposed(context: Context, [id, versions]: [string, Identity[]]): Finding {
  const bare = versions.filter(({ row }) => !isStated(row.spec.purpose));
  const found =
    bare.length === 0
      ? finding('PASS', id, 'a purpose is stated throughout')
      : departure(id, `purpose shorter than ${PURPOSE_MIN_CHARACTERS} characters ${told(bare)}`, bare);
  return unlessWithheld(context, found, [id], IDENTITY_KINDS);
}

const opened = (context: Context, field: string | Commitment | undefined): string | undefined =>
  typeof field === 'object' ? context.input.openings.get(field.commitment) : field;

/** What an owner is called, in clear; null where a field that would tell is not opened. */
function namesOf(context: Context, { name, spec }: Rows['person']): string[] | null {
  const fields = [name, spec.displayName, ...(spec.email ? [spec.email] : [])];
  const values = fields.map((field) => opened(context, field));
  if (values.some((value) => value === undefined)) return null;
  return (values as string[]).map((value) => value.split('@')[0] ?? value);
}

function personal(context: Context, id: string, owner: Version<'person'>): Finding {
  const names = namesOf(context, owner.row);
  if (names === null) return finding('NOT_EVALUABLE', id, `name and address of ${owner.row.id} are withheld`);
  return names.some(isShared)
    ? finding('FAIL', id, `${owner.row.id} goes by the name of a team, a mailbox or a generic account`)
    : finding('PASS', id, `${owner.row.id} goes by a name and address that no list of shared ones knows`);
}

function isOnePerson(context: Context, [id, versions]: [string, Identity[]]): Finding[] {
  const found = versions.flatMap((version) => {
    const owners = context.history('person').get(version.row.spec.owner) ?? [];
    const during = owners.filter((owner) => overlap(version, owner) !== undefined);
    if (during.length === 0)
      return [finding('NOT_EVALUABLE', id, `${version.row.spec.owner} is not on record`)];
    return during.map((owner) => personal(context, id, owner));
  });
  return found.map((each) => {
    const about = unlessWithheld(context, each, ownersOf(versions), PERSON_KINDS);
    return unlessWithheld(context, about, [id], IDENTITY_KINDS);
  });
}

/** NHI-INV-02: an active owner, a recent acceptance and a purpose at every instant of the period. */
export function ownerAndPurpose(context: Context): Judged[] {
  const identities = population(context);
  const hidden = context
    .withheldAnywhere('resource.declared')
    .filter(({ leaf }) => leaf.subject === '' || leaf.subject.startsWith('idn_'))
    .map((entry) => withheldFinding(entry));
  const none = { verdict: 'NOT_OCCURRING', why: 'no identity stood in the period' } as const;
  const over = (clause: string, rule: (identity: [string, Identity[]]) => Finding | Finding[]): Judged =>
    judge(clause, [...identities.flatMap(rule), ...hidden], none);
  return [
    over('an active owner at every instant', (identity) => owned(context, identity)),
    over(`accepted by its owner within ${ACCEPTANCE_DAYS} days at every instant`, (identity) =>
      accepted(context, identity),
    ),
    over(`a purpose of at least ${PURPOSE_MIN_CHARACTERS} characters`, (identity) =>
      purposed(context, identity),
    ),
    over('the owner is no mailbox, team alias or generic account', (identity) =>
      isOnePerson(context, identity),
    ),
  ];
}
