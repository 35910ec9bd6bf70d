import { RESOURCE_KINDS, type ResourceKind, type Rows, rotationTarget } from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import { policyReferences, validatePolicy } from '../policy/index.ts';
import type { Desired, Standing, World } from './model.ts';

/** A world that may not come to stand. `kind` and `id` say which of the things declared is at fault. */
export class WorldFault extends MunimentError {
  readonly subject: { kind: ResourceKind; id: string };

  constructor({ kind, id, path: document }: Desired, message: string, field?: string) {
    const path = document && field ? `${document}.spec.${field}` : document;
    super('invalid_manifest', path ? `\`${path}\`: ${message}` : message, path ? { path } : {});
    this.subject = { kind, id };
  }
}

/** Approvers it takes for a change to be approved by somebody else than its proposer. */
const APPROVERS_MIN = 2;

/** Agents have their SPIFFE IDs below this; an identity that took one would be that agent to everybody. */
const OWN_PATHS = '/muniment/';
/** Muniment's own identity, that agents join as: the one that may have a path there. */
export const AGENT_IDENTITY = { name: 'muniment-agent', spiffePath: '/muniment/agent' } as const;

const living = ({ spec }: Standing<'Person'>): boolean => spec.status === 'active';

export const isLivingPerson = ({ status }: Rows['person']['spec']): boolean => status === 'active';

export const holdsApprovingRole = ({ roles }: Rows['person']['spec']): boolean =>
  roles.includes('approver') || roles.includes('admin');

/** May approve: here, in a role that approves, and with a key to sign with that was not laid away for an emergency. */
export const canApprove = (spec: Rows['person']['spec']): boolean =>
  isLivingPerson(spec) &&
  spec.keys.some(({ breakGlass }) => breakGlass === undefined) &&
  holdsApprovingRole(spec);

type Check<K extends ResourceKind> = (
  thing: Standing<K>,
  world: World,
  fail: (message: string, field?: string) => never,
) => void;

function needPerson(id: string, role: string, world: World, fail: (message: string) => never): void {
  const person = world.Person.get(id);
  if (person === undefined) fail(`the ${role} is not declared`);
  else if (!living(person)) fail(`the ${role} has left`);
}

function first<K extends ResourceKind>(world: World, kind: K, fits: (other: Standing<K>) => boolean) {
  for (const other of world[kind].values() as Iterable<Standing<K>>) if (fits(other)) return other;
  return undefined;
}

const CHECKS: { [K in ResourceKind]: Check<K> } = {
  Person({ id, spec }, world, fail) {
    const others = (fits: (other: Standing<'Person'>) => boolean) =>
      first(world, 'Person', (other) => other.id !== id && fits(other));
    // Two people with one key would be one person who approves what they asked for.
    const ids = new Set(spec.keys.map((key) => key.id));
    if (ids.size < spec.keys.length) fail('an approval key stands twice');
    if (others((other) => other.spec.keys.some((key) => ids.has(key.id))))
      fail('an approval key is enrolled for another person');
    if (spec.uid !== undefined && others((other) => living(other) && other.spec.uid === spec.uid))
      fail(`uid ${spec.uid} speaks for another person`);
  },
  Application({ spec }, world, fail) {
    if (spec.status === 'active') needPerson(spec.owner, 'owner', world, fail);
  },
  Profile() {},
  Identity({ id, name, spec }, world, fail) {
    needPerson(spec.owner, 'owner', world, fail);
    if (spec.deputy !== undefined) needPerson(spec.deputy, 'deputy', world, fail);
    if (spec.deputy === spec.owner) fail('owner and deputy are one person');
    const application = world.Application.get(spec.application);
    if (application?.spec.status !== 'active') fail('the application does not stand');
    if (!world.Profile.has(spec.profile)) fail('the profile does not stand');
    const isAgents = name === AGENT_IDENTITY.name && spec.spiffePath === AGENT_IDENTITY.spiffePath;
    if (spec.spiffePath.startsWith(OWN_PATHS) && !isAgents)
      fail(`\`${OWN_PATHS}\` is kept for Muniment itself`, 'spiffePath');
    const twin = first(
      world,
      'Identity',
      (other) => other.id !== id && other.spec.spiffePath === spec.spiffePath,
    );
    if (twin) fail(`\`${spec.spiffePath}\` is the SPIFFE path of another identity`, 'spiffePath');
  },
  Policy({ spec }, world, fail) {
    validatePolicy(spec.cedar);
    for (const { kind, name } of policyReferences(spec.cedar)) {
      if (!first(world, kind, (other) => other.name === name))
        fail(`the policy names ${kind} \`${name}\`, which does not stand`);
    }
  },
  Trust({ spec }, world, fail) {
    if (!world.Identity.has(spec.identity)) fail('the identity does not stand');
  },
  Rotation({ id, spec }, world, fail) {
    if (!world.Identity.has(spec.identity)) fail('the identity does not stand');
    const target = rotationTarget(spec);
    const twin = first(
      world,
      'Rotation',
      (other) => other.id !== id && rotationTarget(other.spec) === target,
    );
    if (twin) fail(`rotation \`${String(twin.name)}\` has the same target`);
  },
  Exception({ id, spec }, world, fail) {
    needPerson(spec.owner, 'owner', world, fail);
    const twin = first(
      world,
      'Exception',
      (other) =>
        other.id !== id && other.spec.control === spec.control && other.spec.subject === spec.subject,
    );
    if (twin) fail(`exception \`${String(twin.name)}\` is about the same`);
  },
  ControlOwner({ id, spec }, world, fail) {
    needPerson(spec.owner, 'owner', world, fail);
    needPerson(spec.reviewer, 'reviewer', world, fail);
    if (spec.owner === spec.reviewer) fail('owner and reviewer are one person');
    const twin = first(
      world,
      'ControlOwner',
      (other) => other.id !== id && other.spec.covers === spec.covers && other.spec.target === spec.target,
    );
    if (twin) fail(`control owner \`${String(twin.name)}\` is for the same`);
  },
};

function checkThing(desired: Desired, world: World): void {
  const { kind, id } = desired;
  const thing = world[kind].get(id);
  if (thing === undefined) return;
  const fail = (message: string, field?: string): never => {
    throw new WorldFault(desired, message, field);
  };
  (CHECKS[kind] as Check<ResourceKind>)(thing, world, fail);
  if (kind === 'Person') return;
  if (first(world, kind, (other) => other.id !== id && other.name === thing.name))
    fail(`another ${kind} has that name`);
}

/** What still leans on a profile that is to go. Identities go with their application, trusts with their identity. */
function checkRetired(desired: Desired, after: World): void {
  const { kind, id } = desired;
  if (kind !== 'Profile' || after.Profile.has(id)) return;
  const user = first(after, 'Identity', ({ spec }) => spec.profile === id);
  if (user) throw new WorldFault(desired, `identity \`${String(user.name)}\` still has the profile`);
}

const approvers = (world: World): number =>
  [...world.Person.values()].filter(({ spec }) => canApprove(spec)).length;

const admins = (world: World): number =>
  [...world.Person.values()].filter(({ spec }) => spec.status === 'active' && spec.roles.includes('admin'))
    .length;

/** Nobody may be shut out for good: a change needs two people, and people need an administrator. */
function checkWayBack(before: World, after: World, desired: readonly Desired[]): void {
  const person = desired.find(({ kind }) => kind === 'Person');
  if (!person) return;
  if (approvers(before) >= APPROVERS_MIN && approvers(after) < APPROVERS_MIN)
    throw new WorldFault(person, `fewer than ${APPROVERS_MIN} people could approve afterwards`);
  if (admins(before) > 0 && admins(after) === 0)
    throw new WorldFault(person, 'there would be no administrator afterwards');
}

/** Checks what is desired as it would stand. Throws `WorldFault` (`invalid_manifest`) or `invalid_policy`. */
export function checkWorld(before: World, after: World, desired: readonly Desired[]): void {
  for (const kind of RESOURCE_KINDS) {
    for (const each of desired.filter((step) => step.kind === kind)) {
      checkThing(each, after);
      checkRetired(each, after);
    }
  }
  checkWayBack(before, after, desired);
}
