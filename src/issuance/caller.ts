import type { Rows } from '#verifier';
import {
  type AgentAttestation,
  type Attestation,
  attestCertificate,
  attestToken,
  attestUnix,
  type CertificateSources,
  checkDeadline,
  consumeToken,
  matchingTrusts,
} from '../attestation/index.ts';
import { newId } from '../kernel/index.ts';
import { deathInView, deathOf } from '../revocation/index.ts';
import type { Database, Log, Tx, View } from '../store/index.ts';
import { AGENT_IDENTITY, type IssuanceRequest, type JoinRequest, type WorkloadRequest } from './model.ts';
import { activeLock, type Objection } from './standing.ts';

/** Who asks and for whom, after every proof was checked. */
export interface Caller {
  attestation: Attestation;
  /** The agent that asks; null while it is only joining. */
  agent: Rows['agent'] | null;
  /** Id of the agent that will have joined, or that asks. */
  agentId: string;
  instance: string;
  /** What acted, as the leaf names it: the agent, or the token that stands in for one. */
  actor: string;
  /** Refuses where the agent's own credential is dead. */
  dead(view: View): Objection | undefined;
  /** Refuses where the proof ended since it was looked at. */
  stillHolds(now: Date): void;
  /** Uses up a one-time proof. */
  consume(tx: Tx, now: Date): Promise<void>;
}

export interface Candidate {
  identity: Rows['identity'];
  trust: Rows['trust'];
}

export interface CallerSources extends CertificateSources {
  database: Database;
  log: Log;
}

/** Attests the caller by the method that its request calls for. */
export async function attestCaller(
  sources: CallerSources,
  request: IssuanceRequest,
  now: Date,
): Promise<Caller> {
  if (request.action === 'join') return joiner(sources, request, now);
  const agent = await attestCertificate(sources, request.certificate, now);
  const death = await deathOf(sources.database.db, await sources.log.view(), agent.credential);
  const caller = agentCaller(agent, death);
  return request.action === 'renew' ? caller : onBehalf(caller, request);
}

async function joiner(sources: CallerSources, request: JoinRequest, now: Date): Promise<Caller> {
  const attestation = await attestToken(sources, request, now);
  const { token } = attestation;
  return {
    attestation,
    agent: null,
    agentId: newId('agent'),
    instance: newId('instance'),
    actor: token.id,
    dead: () => undefined,
    stillHolds: (at) => checkDeadline(token.deadline, at),
    consume: (tx, at) => consumeToken(tx, token.id, at),
  };
}

function agentCaller(attestation: AgentAttestation, death: Rows['lock'] | undefined): Caller {
  const { agent, credential } = attestation;
  return {
    attestation,
    agent,
    agentId: agent.id,
    instance: agent.instance,
    actor: agent.id,
    dead: (view) => deadCredential(view, credential, death),
    stillHolds: () => undefined,
    consume: async () => undefined,
  };
}

/** `death` was looked up in full; a lock placed since then shows in the view. */
function deadCredential(
  view: View,
  credential: Rows['credential'],
  death: Rows['lock'] | undefined,
): Objection | undefined {
  const lock = death ?? deathInView(view, credential);
  return lock && { code: 'locked', rule: 'lock', reason: `the agent's credential is dead (${lock.id})` };
}

const onBehalf = (agent: Caller, request: WorkloadRequest): Caller => ({
  ...agent,
  attestation: attestUnix(request.attested),
  instance: request.instance,
});

/** Every identity that a trust lets these facts prove, each once; an unlocked trust counts before a locked one. */
export function findIdentities(view: View, { attestation, agent }: Caller): Candidate[] {
  const byIdentity = new Map<string, Candidate>();
  const isAgent = attestation.method !== 'unix';
  for (const trust of matchingTrusts(view, attestation, agent?.name ?? null)) {
    const identity = view.rows('identity').get(trust.spec.identity);
    if (identity === undefined || (identity.name === AGENT_IDENTITY) !== isAgent) continue;
    const known = byIdentity.get(identity.id);
    if (known === undefined || activeLock(view, 'trust', known.trust.id))
      byIdentity.set(identity.id, { identity, trust });
  }
  return [...byIdentity.values()];
}
