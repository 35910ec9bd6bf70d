import type { Facts, Rows } from '#verifier';
import type { View } from '../store/index.ts';
import type { Attestation } from './model.ts';

type Trust = Rows['trust'];

/** Standing trusts by method; a view never changes, so neither does this. */
const byMethod = new WeakMap<View, Map<string, Trust[]>>();

export function standingTrusts(view: View, method: string): Trust[] {
  const kept = byMethod.get(view);
  if (kept !== undefined) return kept.get(method) ?? [];
  const standing = [...view.rows('trust').values()].filter((trust) => !trust.retired);
  const grouped = Map.groupBy(standing, (trust) => trust.spec.method as string);
  byMethod.set(view, grouped);
  return grouped.get(method) ?? [];
}

/**
 * The standing trusts that a proof satisfies, oldest id first. `agent` is the name of the agent that attested, if any.
 * A proof that belongs to one trust satisfies that one alone.
 */
export function matchingTrusts(view: View, attestation: Attestation, agent: string | null): Trust[] {
  if (attestation.trust !== undefined) {
    const trust = view.rows('trust').get(attestation.trust);
    return trust !== undefined && !trust.retired && isProvenBy(attestation, trust.spec) ? [trust] : [];
  }
  return standingTrusts(view, attestation.method)
    .filter(({ spec }) => mayAttest(spec, agent) && satisfies(attestation.facts, spec.where))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A join token proves its trust by itself, and so does the certificate that came of it; a key must still stand in `where`. */
const isProvenBy = ({ method, facts }: Attestation, { method: by, where }: Trust['spec']): boolean =>
  by === 'token' ? method === 'token' || method === 'certificate' : by === method && satisfies(facts, where);

const mayAttest = ({ agents }: Trust['spec'], agent: string | null): boolean =>
  agents === undefined || (agent !== null && agents.includes(agent));

/** Every condition holds. INVARIANT: an absent fact refuses, and no condition at all matches no process. */
export function satisfies(facts: Facts, where: Trust['spec']['where']): boolean {
  const conditions = Object.entries(where);
  return conditions.length > 0 && conditions.every(([name, allowed]) => holds(facts, name, allowed));
}

function holds(facts: Facts, name: string, allowed: Trust['spec']['where'][string]): boolean {
  const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
  if (fact === undefined) return false;
  return Array.isArray(allowed) ? allowed.some((one) => one === fact) : allowed === fact;
}
