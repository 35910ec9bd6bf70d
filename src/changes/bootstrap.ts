import {
  type ApprovalKey,
  canonicalize,
  type PersonSpec,
  type ResourceKind,
  type Role,
  type Rows,
} from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import type { People } from '../registry/index.ts';
import type { Decided, Draft, View } from '../store/index.ts';
import { AGENT_IDENTITY, canApprove } from './check.ts';
import { entriesOf } from './entries.ts';
import { type Manifest, parseManifests, printManifests } from './manifests.ts';
import { worldAfter, worldOf } from './model.ts';
import { planOf } from './plan.ts';
import { type Naming, resolveManifests } from './resolve.ts';

export interface Enrolment {
  name: string;
  displayName: string;
  email?: string;
  roles?: Role[];
  key?: Omit<ApprovalKey, 'id'> & { id?: string };
  uid?: number;
  /** The local operator, or the person whose session it is. */
  actor?: string;
}

const REASON = 'first enrolment';
const FIRST_ROLES: Role[] = ['operator', 'approver', 'admin'];
const NEXT_ROLES: Role[] = ['operator', 'approver', 'auditor'];
const APPROVERS_TO_CLOSE = 2;

/** An agent's own credentials: long enough to live through a night without a server. */
const AGENT_TTL_SECONDS = 86_400;

/** What an agent needs before it can attest anything: Muniment's own identity, declared like any other. */
const builtIn = (owner: string): Array<Omit<Manifest, 'path'>> => [
  { kind: 'Application', name: 'muniment', spec: { description: 'Muniment itself', owner } },
  {
    kind: 'Profile',
    name: 'muniment-agent',
    spec: {
      description: 'What an agent may do: join once, then renew',
      actions: ['join', 'renew'],
      maxTtlSeconds: AGENT_TTL_SECONDS,
    },
  },
  {
    kind: 'Identity',
    name: AGENT_IDENTITY.name,
    spec: {
      kind: 'service-account',
      purpose: 'Attests processes on a host and holds their credentials',
      application: 'muniment',
      owner,
      profile: 'muniment-agent',
      environment: 'production',
      spiffePath: AGENT_IDENTITY.spiffePath,
    },
  },
  {
    kind: 'Policy',
    name: 'muniment-agent',
    spec: {
      description: 'Agents may join with a token and renew',
      cedar: `permit(
  principal == Muniment::Identity::"muniment-agent",
  action in [Muniment::Action::"join", Muniment::Action::"renew"],
  resource
);
`,
    },
  },
  { kind: 'Trust', name: 'muniment-agent-token', spec: { identity: 'muniment-agent', method: 'token' } },
];

const BUILT_IN: ReadonlySet<string> = new Set(builtIn('nobody').map(({ kind, name }) => `${kind} ${name}`));

/** True for what the first enrolment declares besides a person. */
export const isBuiltIn = (kind: ResourceKind, name: string): boolean => BUILT_IN.has(`${kind} ${name}`);

type PersonManifest = Extract<Manifest, { kind: 'Person' }>['spec'];

/** Keys that stand and the new one: a person who enrols a passkey after a key file keeps both. */
function keysOf(present: Rows['person'] | undefined, key: Enrolment['key']): ApprovalKey[] {
  const standing = present?.spec.keys ?? [];
  const isNew = key !== undefined && !standing.some(({ publicKey }) => publicKey === key.publicKey);
  return isNew ? [...standing, key as ApprovalKey] : standing;
}

function personManifest(given: Enrolment, view: View, people: People): PersonManifest {
  const present = people.named(view, given.name);
  const isFirst = view.rows('person').size === 0;
  const email = given.email ?? people.value(present?.spec.email);
  const uid = given.uid ?? present?.spec.uid;
  return {
    displayName: given.displayName,
    ...(email === undefined ? {} : { email }),
    roles: given.roles ?? present?.spec.roles ?? (isFirst ? FIRST_ROLES : NEXT_ROLES),
    keys: keysOf(present, given.key) as NonNullable<NonNullable<PersonManifest>['keys']>,
    ...(uid === undefined ? {} : { uid }),
  };
}

/** Through the text and back, so that an enrolment is checked exactly as a manifest is. */
function manifestsOf(given: Enrolment, view: View, people: People): Manifest[] {
  const person = { kind: 'Person', name: given.name, spec: personManifest(given, view, people) } as const;
  const isFirst = view.rows('bootstrap').get('open') === undefined;
  return parseManifests(printManifests([person, ...(isFirst ? builtIn(given.name) : [])]));
}

function refuseClosed(view: View): void {
  if (view.rows('bootstrap').get('open')?.open === false)
    throw new MunimentError('forbidden', 'the bootstrap is closed: people come by a signed change');
}

const approversIn = (specs: Iterable<{ spec: PersonSpec }>): number =>
  [...specs].filter(({ spec }) => canApprove(spec)).length;

function openedBy(actor: string, view: View): Draft[] {
  if (view.rows('bootstrap').get('open') !== undefined) return [];
  return [
    { kind: 'bootstrap.opened', subject: '', actor, data: { reason: 'the first administrator enrols' } },
  ];
}

function closedBy(actor: string, approvers: number): Draft[] {
  if (approvers < APPROVERS_TO_CLOSE) return [];
  return [
    { kind: 'bootstrap.closed', subject: '', actor, data: { reason: 'a second approver is enrolled' } },
  ];
}

/**
 * Enrols a person in the marked first days: allowed until two people can approve, which closes the bootstrap for good. The
 * first enrolment opens it and declares Muniment's own identity. Throws `forbidden` once it is closed, and what manifests throw.
 */
export function decideEnrolment(given: Enrolment, naming: Naming): Decided<{ person: string }> {
  const { view, people, fresh } = naming;
  refuseClosed(view);
  const actor = given.actor ?? 'sys';
  const desired = resolveManifests(manifestsOf(given, view, people), naming);
  const person = desired[0]?.id as string;
  const plan = planOf(desired, view, { change: '', title: REASON, reason: REASON, proposer: actor });
  const by = { change: null, reason: REASON, actor, bootstrap: true };
  const [first, ...rest] = plan.operations.flatMap((operation) => entriesOf(operation, view, by));
  if (first === undefined) return { drafts: [], result: { person } };
  const openings = fresh.openingsIn(canonicalize(plan));
  const approvers = approversIn(worldAfter(worldOf(view), desired).Person.values());
  const drafts = [
    ...openedBy(actor, view),
    { ...first, openings } as Draft,
    ...rest,
    ...closedBy(actor, approvers),
  ];
  return { drafts, result: { person } };
}
