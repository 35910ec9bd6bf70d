import { type CredentialRecord, type DecisionRecord, isToken, type RequestRecord } from '#verifier';
import { type ErrorCode, MunimentError, parseSpiffeId, timestamp } from '../kernel/index.ts';
import { beyondProfile, compilePolicies, decide } from '../policy/index.ts';
import type { Draft, View } from '../store/index.ts';
import type { Caller } from './caller.ts';
import type { Candidate } from './candidates.ts';
import type { Order } from './order.ts';
import { lockOn, type Objection, objectionOf } from './standing.ts';

/** Clocks of relying parties may be a little behind ours. */
const BACKDATE_MS = 10_000;

/** One candidate's outcome: refused where there is a code, granted where there is a credential. */
export interface Ruling {
  candidate: Candidate | null;
  decision: DecisionRecord;
  code: ErrorCode | null;
  /** What the profile does not list, where that is why. */
  withheld?: 'action' | 'audience' | 'scope';
  credential: CredentialRecord | null;
}

export interface Matter {
  caller: Caller;
  order: Order;
  trustDomain: string;
  /** Identities that held a credential before; only looked up for those whose owner left. */
  heldBefore: ReadonlySet<string>;
}

/** Nothing that this caller proved is an identity. */
export const noIdentity = (view: View): Ruling => ({
  candidate: null,
  code: 'no_identity',
  credential: null,
  decision: refusedBefore(view, 'none matched', 'no trust matches the attested facts'),
});

/** Checks locks and standing, then decides by policy. */
export function rule(view: View, now: Date, matter: Matter, candidate: Candidate): Ruling {
  const objection = checkLocks(view, matter.caller, candidate) ?? checkStanding(view, now, matter, candidate);
  return objection ? refused(view, candidate, objection) : decideByPolicy(view, now, matter, candidate);
}

const refusedBefore = (view: View, by: string, reason: string): DecisionRecord => ({
  effect: 'deny',
  policySet: compilePolicies(view).policySet,
  determining: [],
  rule: by,
  reason,
});

const refused = (view: View, candidate: Candidate, { code, rule: by, reason }: Objection): Ruling => ({
  candidate,
  code,
  credential: null,
  decision: refusedBefore(view, by, reason),
});

const checkLocks = (view: View, caller: Caller, { identity, trust }: Candidate): Objection | undefined =>
  caller.dead(view) ??
  lockOn(view, { identity, trust: trust.id, agent: caller.agentId, instance: caller.instance });

const checkStanding = (view: View, now: Date, { heldBefore }: Matter, { identity }: Candidate) =>
  objectionOf(view, identity, heldBefore.has(identity.id), now);

function decideByPolicy(view: View, now: Date, matter: Matter, candidate: Candidate): Ruling {
  const { identity } = candidate;
  const profile = view.rows('profile').get(identity.spec.profile);
  const application = view.rows('application').get(identity.spec.application);
  if (profile === undefined || profile.retired || application === undefined) {
    return refused(view, candidate, {
      code: 'profile_denied',
      rule: 'state',
      reason: 'the profile is retired',
    });
  }
  const { caller, order } = matter;
  const credential = credentialFor(now, matter, candidate, profile.spec.maxTtlSeconds);
  const { action, audience, scope, claimed } = order;
  const { ttlSeconds } = credential;
  const asked = {
    action,
    identity,
    profile,
    application,
    agent: caller.agent,
    claimed,
    ttlSeconds,
    audience,
    scope,
    now,
  };
  const decision = decide({ ...asked, attested: caller.attestation.facts }, view);
  if (decision.effect === 'allow') return { candidate, decision, code: null, credential };
  if (decision.rule !== 'profile') return { candidate, decision, code: 'policy_denied', credential: null };
  const withheld = beyondProfile(asked)?.what;
  const denied = { candidate, decision, code: 'profile_denied', credential: null } as const;
  return withheld === undefined ? denied : { ...denied, withheld };
}

/** Whole seconds, as certificates and tokens have them. A longer life than profile or issuer allow is cut, and that is said. */
function credentialFor(
  now: Date,
  { caller, order, trustDomain }: Matter,
  { identity }: Candidate,
  maxTtlSeconds: number,
): CredentialRecord {
  const seconds = Math.floor(now.getTime() / 1000);
  const wanted = order.requestedTtlSeconds ?? order.defaultTtlSeconds;
  const issuerLeft = order.issuerEnds ? Math.floor(order.issuerEnds.getTime() / 1000) - seconds : wanted;
  const ttlSeconds = Math.min(wanted, maxTtlSeconds, issuerLeft);
  const path = order.type === 'agent-x509' ? `/muniment/agent/${caller.agentId}` : identity.spec.spiffePath;
  return {
    type: order.type,
    subject: parseSpiffeId(`spiffe://${trustDomain}${path}`).uri,
    keyHash: order.keyHash,
    audience: order.audience,
    ...(order.type === 'access-token' ? { scope: order.scope } : {}),
    notBefore: timestamp(new Date(seconds * 1000 - (isToken(order) ? 0 : BACKDATE_MS))),
    notAfter: timestamp(new Date((seconds + ttlSeconds) * 1000)),
    ttlSeconds,
    shortened: order.requestedTtlSeconds !== null && ttlSeconds < order.requestedTtlSeconds,
    issuer: order.issuer,
  };
}

function requestOf({ caller, order }: Matter, candidate: Candidate | null, joined: boolean): RequestRecord {
  const { request, door, action, claimed, requestedTtlSeconds, address } = order;
  return {
    request,
    door,
    action,
    identity: candidate?.identity.id ?? null,
    trust: candidate?.trust.id ?? null,
    agent: joined ? caller.agentId : null,
    instance: joined ? caller.instance : null,
    method: caller.attestation.method,
    attested: caller.attestation.facts,
    claimed,
    requestedTtlSeconds,
    address,
  };
}

/** The entry of a ruling: a refusal has the same fields as a grant. */
export function draftOf(matter: Matter, { candidate, decision, code, credential }: Ruling): Draft {
  const subject = candidate?.identity.id ?? '';
  const { actor } = matter.caller;
  const request = requestOf(matter, candidate, matter.order.action !== 'join' || credential !== null);
  return credential
    ? { kind: 'credential.granted', subject, actor, data: { request, decision, credential } }
    : {
        kind: 'credential.refused',
        subject,
        actor,
        data: { request, decision, code: code ?? 'policy_denied' },
      };
}

/** The entry that makes a joining machine an agent. */
export function joinedDraft({ caller, order }: Matter): Draft {
  const { agentId: agent, instance, attestation } = caller;
  if (agent === null || instance === null) throw new MunimentError('internal', 'nobody joined');
  const { token, agent: name } = attestation.facts as { token: string; agent: string };
  const data = { agent, name, instance, token, keyHash: order.keyHash };
  return { kind: 'agent.joined', subject: agent, actor: caller.actor, data };
}
