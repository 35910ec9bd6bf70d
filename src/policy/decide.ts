import type { View } from '#verifier';
import { ACTIONS, ANY_AUDIENCE, type DecisionRecord } from '#verifier';
import { type Compiled, compilePolicies, type Rule, type Slice } from './compile.ts';
import { ask, type Question } from './engine.ts';
import { explainNoMatch } from './explain.ts';
import { type PolicyRequest, principalNames, questionOf, UnfitFact } from './request.ts';

type Outcome = Omit<DecisionRecord, 'policySet'>;

const deny = (rule: string, reason: string, determining: Outcome['determining'] = []): Outcome => ({
  effect: 'deny',
  rule,
  reason,
  determining,
});

/** Something asked for that the profile does not list. */
export interface Withheld {
  what: 'action' | 'audience' | 'scope';
  name: string;
}

/** What the profile withholds, whatever the policies say; undefined where it withholds nothing. */
export function beyondProfile({
  action,
  audience,
  scope,
  profile,
}: Pick<PolicyRequest, 'action' | 'audience' | 'scope' | 'profile'>): Withheld | undefined {
  const { actions, audiences = [], scopes = [] } = profile.spec;
  if (!actions.includes(action)) return { what: 'action', name: action };
  const foreign = audiences.includes(ANY_AUDIENCE)
    ? undefined
    : audience.find((name) => !audiences.includes(name));
  if (foreign !== undefined) return { what: 'audience', name: foreign };
  const beyond = scope.find((name) => !scopes.includes(name));
  return beyond === undefined ? undefined : { what: 'scope', name: beyond };
}

const withheldReason = ({ what, name }: Withheld, { profile }: PolicyRequest): string =>
  `profile \`${String(profile.name)}\` does not list ${what === 'action' ? '' : `${what} `}\`${name}\``;

/** Names and versions, each once, in a fixed order. */
function determining(rules: Rule[]): Outcome['determining'] {
  const byKey = new Map(rules.map(({ policy, version }) => [`${policy}@${version}`, { policy, version }]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

const named = (rules: Rule[]): string =>
  rules
    .map(({ policy, index }) => `\`${policy}\` statement ${index}`)
    .sort()
    .join(', ');

function withKeys(slice: Slice, keys: string[]): Rule[] {
  const wanted = new Set(keys);
  return slice.rules.filter(({ key }) => wanted.has(key));
}

function judge(request: PolicyRequest, compiled: Compiled, question: Question): Outcome {
  const names = principalNames(request);
  const slice = compiled.slice(request.action, names);
  const answer = ask(slice.key, slice.policies, question);
  if (!answer.ok) return deny('error', `the policy engine refused the request: ${answer.message}`);
  const { decision, diagnostics } = answer.response;
  // Cedar skips a policy that errs, so a forbid on an absent attribute would not forbid: any error denies.
  if (diagnostics.errors.length > 0) {
    const erring = withKeys(
      slice,
      diagnostics.errors.map(({ policyId }) => policyId),
    );
    return deny('error', `a policy could not be evaluated: ${named(erring)}`, determining(erring));
  }
  const rules = withKeys(slice, diagnostics.reason);
  if (decision === 'allow' && rules.length > 0)
    return {
      effect: 'allow',
      rule: 'permit',
      reason: `permitted by ${named(rules)}`,
      determining: determining(rules),
    };
  if (rules.length > 0) return deny('forbid', `forbidden by ${named(rules)}`, determining(rules));
  const otherActions = ACTIONS.filter((action) => action !== request.action);
  return deny(
    'none matched',
    explainNoMatch(compiled, slice, question, { action: request.action, names, otherActions }),
  );
}

function outcomeOf(request: PolicyRequest, compiled: Compiled): Outcome {
  const withheld = beyondProfile(request);
  if (withheld) return deny('profile', withheldReason(withheld, request));
  if (compiled.broken) return deny('error', compiled.broken);
  try {
    return judge(request, compiled, questionOf(request));
  } catch (error) {
    if (error instanceof UnfitFact) return deny('error', error.message);
    throw error;
  }
}

/**
 * Decides one request by the policies in force in `view`. Pure: the same request and view give the same record.
 * Allows only where a permit matched, no forbid did, nothing erred, and the profile lists action, audiences and scopes;
 * otherwise denies, with `rule` one of `forbid`, `none matched`, `error`, `profile`. Locks, states and owners are the
 * caller's to check. `ttlSeconds` is what would be granted, already cut to the profile's limit.
 */
export function decide(request: PolicyRequest, view: View): DecisionRecord {
  const compiled = compilePolicies(view);
  const { effect, rule, reason, determining } = outcomeOf(request, compiled);
  return { effect, policySet: compiled.policySet, determining, rule, reason };
}
