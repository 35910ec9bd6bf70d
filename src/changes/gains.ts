import {
  type Action,
  ANY_AUDIENCE,
  type ApprovalKey,
  type Gain,
  type Operation,
  type ResourceKind,
} from '#verifier';
import { policyGrants } from '../policy/index.ts';
import type { Standing, World } from './model.ts';

/** One thing that a subject has: `what` is read by the approver, so it is a whole phrase. */
type Holding = Pick<Gain, 'subject' | 'what'>;

/** Persons stand by id: a plan is in the log, and their names are personal. */
const person = (id: string): string => `person ${id}`;

const named = (world: World, kind: Exclude<ResourceKind, 'Person'>, id: string): string =>
  `${kind.toLowerCase()} ${String(world[kind].get(id)?.name ?? id)}`;

const keyWords = ({ id, type, breakGlass }: ApprovalKey): string =>
  breakGlass === undefined
    ? `approval key ${id} (${type})`
    : `break-glass key ${id} (${type}): approves one change alone, once, until ${breakGlass.until}`;

function ofPerson({ id, spec }: Standing<'Person'>): Holding[] {
  const subject = person(id);
  const roles = spec.status === 'active' ? spec.roles : [];
  return [
    ...roles.map((role) => ({ subject, what: `role ${role}` })),
    ...spec.keys.map((key) => ({ subject, what: keyWords(key) })),
    ...(spec.uid === undefined
      ? []
      : [{ subject, what: `the word of host account ${spec.uid} on the admin socket` }]),
  ];
}

const ofApplication = (each: Standing<'Application'>, world: World): Holding[] => [
  { subject: person(each.spec.owner), what: `ownership of ${named(world, 'Application', each.id)}` },
];

/** What an identity may at most do: its profile's actions, still subject to policy. */
function ofIdentity({ id, spec }: Standing<'Identity'>, world: World): Holding[] {
  const subject = named(world, 'Identity', id);
  const profile = world.Profile.get(spec.profile);
  const by = named(world, 'Profile', spec.profile);
  const actions: readonly Action[] = profile?.spec.actions ?? [];
  const limit = `for at most ${profile?.spec.maxTtlSeconds} s`;
  return [
    { subject: person(spec.owner), what: `ownership of ${subject}` },
    ...(spec.deputy === undefined
      ? []
      : [{ subject: person(spec.deputy), what: `to answer for ${subject} as deputy` }]),
    { subject, what: `SPIFFE path ${spec.spiffePath}` },
    { subject, what: `membership of ${named(world, 'Application', spec.application)} and ${by}` },
    ...actions.map((action) => ({ subject, what: `${action} ${limit} (${by}, where a policy permits)` })),
    ...(profile?.spec.audiences ?? []).map((audience) => ({
      subject,
      what: `${audience === ANY_AUDIENCE ? 'any audience' : `audience ${audience}`} (${by})`,
    })),
    ...(profile?.spec.scopes ?? []).map((scope) => ({ subject, what: `scope ${scope} (${by})` })),
  ];
}

function ofPolicy({ name, spec }: Standing<'Policy'>): Holding[] {
  return policyGrants(spec.cedar).map(({ effect, principal, actions, conditional, index }) => ({
    subject: principal,
    what: `${effect} ${actions.join(', ')}${conditional ? ' under conditions' : ''} (policy ${String(name)} ${spec.version.slice(0, 12)} statement ${index})`,
  }));
}

const condition = ([fact, value]: [string, unknown]): string =>
  `${fact} ${Array.isArray(value) ? `in [${value.join(', ')}]` : `= ${value}`}`;

function ofTrust({ name, spec }: Standing<'Trust'>, world: World): Holding[] {
  const where = Object.entries(spec.where).map(condition).join(' and ');
  const by = spec.agents ? ` by agents ${spec.agents.join(', ')}` : '';
  const what = `proof by ${spec.method}${where ? ` where ${where}` : ''}${by} (trust ${String(name)})`;
  return [{ subject: named(world, 'Identity', spec.identity), what }];
}

/** A rotation writes to files and at a target by itself: whoever approves it must see which. */
const ofException = ({ name, spec }: Standing<'Exception'>): Holding[] => [
  { subject: person(spec.owner), what: `ownership of exception ${String(name)}` },
  {
    subject: spec.subject,
    what: `leave to depart from ${spec.control} until ${spec.until} (exception ${String(name)})`,
  },
];

const ofControlOwner = ({ spec }: Standing<'ControlOwner'>): Holding[] => [
  { subject: person(spec.owner), what: `ownership of ${spec.covers} ${spec.target}` },
  { subject: person(spec.reviewer), what: `review of ${spec.covers} ${spec.target}` },
];

function ofRotation({ name, spec }: Standing<'Rotation'>, world: World): Holding[] {
  const subject = `rotation ${String(name)}`;
  const every = `every ${spec.intervalDays} days, for ${named(world, 'Identity', spec.identity)}`;
  if (spec.rotator === 'ssh-key') {
    const { keyFile, authorizedKeys, account, host, port } = spec.target;
    return [
      { subject, what: `to replace the SSH key in ${keyFile} ${every}` },
      { subject, what: `to say in ${authorizedKeys} which of its keys opens ${account}@${host}:${port}` },
    ];
  }
  const { role, passwordFile, connection } = spec.target;
  return [
    { subject, what: `to replace the password in ${passwordFile} ${every}` },
    { subject, what: `to alter the password of PostgreSQL role ${role} by way of ${connection.file}` },
  ];
}

const HOLDINGS: { [K in ResourceKind]: (each: Standing<K>, world: World) => Holding[] } = {
  Person: ofPerson,
  Application: ofApplication,
  Profile: () => [],
  Identity: ofIdentity,
  Policy: ofPolicy,
  Trust: ofTrust,
  Rotation: ofRotation,
  Exception: ofException,
  ControlOwner: ofControlOwner,
};

/** The things that operations touch, and the identities whose profile or application they change. */
function touched(operations: readonly Operation[], worlds: readonly World[]): Array<[ResourceKind, string]> {
  const ids = new Set(operations.map(({ id }) => id));
  const dependants = worlds.flatMap((world) =>
    [...world.Identity.values()].filter(({ spec }) => ids.has(spec.profile) || ids.has(spec.application)),
  );
  const all = new Map<string, ResourceKind>(operations.map(({ id, kind }) => [id, kind]));
  for (const { id } of dependants) all.set(id, 'Identity');
  return [...all].map(([id, kind]) => [kind, id]);
}

function holdingsIn(world: World, things: ReadonlyArray<[ResourceKind, string]>): Map<string, Holding> {
  const holdings = things.flatMap(([kind, id]) => {
    const each = world[kind].get(id);
    return each === undefined
      ? []
      : (HOLDINGS[kind] as (each: Standing, world: World) => Holding[])(each, world);
  });
  return new Map(holdings.map((holding) => [`${holding.subject}\n${holding.what}`, holding]));
}

const missing = (
  from: Map<string, Holding>,
  other: Map<string, Holding>,
  direction: Gain['direction'],
): Gain[] => [...from].filter(([key]) => !other.has(key)).map(([, holding]) => ({ direction, ...holding }));

const order = ({ subject, direction, what }: Gain): string => `${subject}\n${direction}\n${what}`;

/** Who would gain and lose what: roles, keys, ownership, actions, audiences, policies, ways to prove an identity. */
export function gainsOf(operations: readonly Operation[], before: World, after: World): Gain[] {
  const things = touched(operations, [before, after]);
  const [had, would] = [holdingsIn(before, things), holdingsIn(after, things)];
  const gains = [...missing(would, had, 'gains'), ...missing(had, would, 'loses')];
  return gains.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}
