import type { Rows } from '#verifier';
import { matchingTrusts } from '../attestation/index.ts';
import type { View } from '../store/index.ts';
import type { Caller } from './caller.ts';
import { AGENT_IDENTITY } from './model.ts';
import { activeLock } from './standing.ts';

export interface Candidate {
  identity: Rows['identity'];
  trust: Rows['trust'];
}

const AGENT_METHODS: ReadonlySet<string> = new Set(['token', 'certificate']);

/**
 * Every identity that a trust lets these facts prove, each once; an unlocked trust counts before a locked one. A client that
 * says who it is gets that identity or none.
 */
export function findIdentities(
  view: View,
  { attestation, agent, client }: Caller,
  trustDomain: string,
): Candidate[] {
  const byIdentity = new Map<string, Candidate>();
  const isAgent = AGENT_METHODS.has(attestation.method);
  for (const trust of matchingTrusts(view, attestation, agent?.name ?? null)) {
    const identity = view.rows('identity').get(trust.spec.identity);
    if (identity === undefined || (identity.name === AGENT_IDENTITY) !== isAgent) continue;
    if (client !== undefined && client !== `spiffe://${trustDomain}${identity.spec.spiffePath}`) continue;
    const known = byIdentity.get(identity.id);
    if (known === undefined || activeLock(view, 'trust', known.trust.id))
      byIdentity.set(identity.id, { identity, trust });
  }
  return [...byIdentity.values()];
}
