import type { Rows } from '#verifier';
import {
  type AgentAttestation,
  attestCertificate,
  attestToken,
  attestUnix,
  type CertificateSources,
  checkDeadline,
  consumeToken,
} from '../attestation/index.ts';
import { newId } from '../kernel/index.ts';
import { deathInView, deathOf } from '../revocation/index.ts';
import type { View } from '../store/index.ts';
import type { Caller } from './caller.ts';
import { attestClient, type ClientSources } from './client.ts';
import type { IssuanceRequest, JoinRequest, WorkloadRequest } from './model.ts';
import type { Objection } from './standing.ts';

export type CallerSources = CertificateSources & ClientSources;

/** Attests the caller by the method that its request calls for. */
export async function attestCaller(
  sources: CallerSources,
  request: IssuanceRequest,
  now: Date,
): Promise<Caller> {
  if (request.action === 'join') return joiner(sources, request, now);
  if (request.action === 'issue-access-token') return attestClient(sources, request.proof, now);
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
    consume: async (tx, at, granted) => {
      if (granted) await consumeToken(tx, token.id, at);
    },
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
