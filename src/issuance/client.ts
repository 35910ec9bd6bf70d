import type { Rows } from '#verifier';
import {
  type AssertionSources,
  attestJwtSvid,
  attestPrivateKeyJwt,
  type ClientAttestation,
  checkEnd,
  consumeAssertion,
} from '../attestation/index.ts';
import { jwkSetOf } from '../crypto/index.ts';
import { type Clock, derivedId, MunimentError, timestamp } from '../kernel/index.ts';
import { deathInView, deathOf } from '../revocation/index.ts';
import type { Database, Log, View } from '../store/index.ts';
import type { Authority } from './ca.ts';
import type { Caller } from './caller.ts';
import { findIdentities } from './candidates.ts';
import type { ClientProof } from './model.ts';
import type { Objection } from './standing.ts';

export interface ClientSources extends Omit<AssertionSources, 'audiences'> {
  database: Database;
  log: Log;
}

/** Who shows this assertion. Throws `invalid_client`. */
export async function attestClient(sources: ClientSources, proof: ClientProof, now: Date): Promise<Caller> {
  const known = { ...sources, audiences: proof.audiences };
  const caller =
    proof.method === 'jwt-svid'
      ? await bySvid(sources, known, proof.assertion, now)
      : await byKey(sources, known, proof.assertion, now);
  return proof.client === undefined ? caller : { ...caller, client: proof.client };
}

const onceOnly = (attestation: ClientAttestation): Pick<Caller, 'stillHolds' | 'consume'> => ({
  stillHolds: (at) => checkEnd(attestation.once?.ends ?? timestamp(new Date(at.getTime() + 1)), at),
  // A refusal uses it up too: what was overheard is worth nothing later, when policy allows more.
  consume: (tx, at) => consumeAssertion(tx, attestation, at),
});

/** Whoever holds one key is one instance: a lock on it reaches all that the key was granted, and nothing of the client's other keys. */
async function byKey(
  { log }: ClientSources,
  known: AssertionSources,
  assertion: string,
  now: Date,
): Promise<Caller> {
  const view = await log.view();
  const attestation = await attestPrivateKeyJwt(known, view, assertion, now);
  return {
    attestation,
    agent: null,
    agentId: null,
    instance: derivedId('instance', String(attestation.facts.thumbprint)),
    actor: view.rows('trust').get(attestation.trust ?? '')?.spec.identity ?? '',
    client: attestation.client,
    dead: () => undefined,
    ...onceOnly(attestation),
  };
}

/** What the SVID belongs to, agent and instance, the token belongs to as well: their locks reach it. */
async function bySvid(
  { database, log }: ClientSources,
  known: AssertionSources,
  assertion: string,
  now: Date,
): Promise<Caller> {
  const attestation = await attestJwtSvid(known, assertion, now);
  const { credential } = attestation;
  const { agent, instance, identity } = credential.request;
  const view = await log.view();
  const death = await deathOf(database.db, view, credential);
  return {
    attestation,
    agent: view.rows('agent').get(agent ?? '') ?? null,
    agentId: agent,
    instance,
    actor: identity ?? '',
    dead: (at) => deadSvid(at, credential, death),
    ...onceOnly(attestation),
  };
}

/** `death` was looked up in full; a lock placed since then shows in the view. */
function deadSvid(
  view: View,
  credential: Rows['credential'],
  death: Rows['lock'] | undefined,
): Objection | undefined {
  const lock = death ?? deathInView(view, credential);
  if (lock) return { code: 'locked', rule: 'lock', reason: `the JWT-SVID is dead (${lock.id})` };
  const identity = view.rows('identity').get(credential.request.identity ?? '');
  if (identity !== undefined && !identity.retired && identity.state === 'active') return undefined;
  return { code: 'identity_not_active', rule: 'state', reason: "the JWT-SVID's identity is not active" };
}

export interface Clients {
  /**
   * The identities that an assertion proves, by id; uses the assertion up. For doors that decide nothing about credentials.
   * @throws MunimentError `invalid_client`, `locked`, `identity_not_active`
   */
  authenticate(proof: ClientProof): Promise<{ identities: string[]; actor: string }>;
}

interface ClientsOptions {
  database: Database;
  log: Log;
  authority: Authority;
  clock: Clock;
}

/** What an assertion is checked against. */
export const clientSources = ({
  database,
  log,
  authority,
}: Omit<ClientsOptions, 'clock'>): ClientSources => ({
  database,
  log,
  trustDomain: authority.trustDomain,
  jwtKeys: async () => jwkSetOf((await authority.jwtKeys()).signers),
});

export const createClients = ({ clock, ...rooms }: ClientsOptions): Clients => ({
  async authenticate(proof) {
    const sources = clientSources(rooms);
    const caller = await attestClient(sources, proof, clock.now());
    await rooms.database.transaction(async (tx) => caller.consume?.(tx, clock.now(), false));
    const view = await rooms.log.view();
    const objection = caller.dead(view);
    if (objection) throw new MunimentError(objection.code, objection.reason);
    const identities = findIdentities(view, caller, sources.trustDomain).map(({ identity }) => identity.id);
    return { identities, actor: caller.actor };
  },
});
