import type { Clause, PolicyJson, StaticPolicySet } from '@cedar-policy/cedar-wasm/nodejs';
import type { Action } from '#verifier';
import { policyToText } from './cedar.ts';
import type { Compiled, PrincipalNames, Rule, Slice } from './compile.ts';
import { ask, type Question } from './engine.ts';

/** How many permits an explanation looks into, and how long one condition may be shown: reasons stay short. */
const PERMITS_MAX = 3;
const CONDITION_MAX_CHARACTERS = 160;
const OTHERS_MAX = 5;

const bare = (clause: Clause): PolicyJson => ({
  effect: 'permit',
  principal: { op: 'All' },
  action: { op: 'All' },
  resource: { op: 'All' },
  conditions: [clause],
});

/** `a && b && c` is three conditions; each is asked of Cedar by itself. */
function conjuncts({ kind, body }: Clause): Clause[] {
  if (kind === 'unless' || !('&&' in body)) return [{ kind, body }];
  const { left, right } = body['&&'] as { left: Clause['body']; right: Clause['body'] };
  return [...conjuncts({ kind, body: left }), ...conjuncts({ kind, body: right })];
}

/** The condition as Cedar writes it, on one line. */
function textOf(clause: Clause): string {
  const answer = policyToText(bare(clause));
  if (answer.type === 'failure') return 'a condition';
  const inner = answer.text.slice(answer.text.indexOf('{') + 1, answer.text.lastIndexOf('}'));
  const line = `${clause.kind === 'unless' ? 'unless ' : ''}${inner.replace(/\s+/g, ' ').trim()}`;
  return line.length > CONDITION_MAX_CHARACTERS ? `${line.slice(0, CONDITION_MAX_CHARACTERS)}…` : line;
}

/** The first condition of a permit that does not hold for this request, by Cedar's own judgement. */
function unmet(rule: Rule, question: Question): string {
  const clauses = rule.json.conditions.flatMap(conjuncts);
  const policies = (): StaticPolicySet =>
    Object.fromEntries(clauses.map((clause, at) => [String(at), bare(clause)]));
  const answer = ask(`conditions of ${rule.key}`, policies, question);
  if (!answer.ok) return 'a condition that could not be evaluated';
  const held = new Set(answer.response.diagnostics.reason);
  const first = clauses.findIndex((_, at) => !held.has(String(at)));
  const clause = clauses[first];
  return clause ? `\`${textOf(clause)}\`` : 'nothing that is missing';
}

const listed = (rules: Rule[]): string => {
  const names = [...new Set(rules.map(({ policy }) => `\`${policy}\``))];
  const shown = names.slice(0, OTHERS_MAX).join(', ');
  return names.length > OTHERS_MAX ? `${shown} and ${names.length - OTHERS_MAX} more` : shown;
};

/** Permits for this identity in any action: the nearest miss where none names the action. */
function permitsForOtherActions(
  compiled: Compiled,
  actions: readonly Action[],
  names: PrincipalNames,
): Rule[] {
  return actions
    .flatMap((action) => compiled.slice(action, names).rules)
    .filter(({ json }) => json.effect === 'permit');
}

/**
 * Why nothing matched, in our own words (Cedar gives no reason for a default denial): the permits that name this
 * identity and action and the first condition of each that did not hold; or that there is no such permit.
 */
export function explainNoMatch(
  compiled: Compiled,
  slice: Slice,
  question: Question,
  asked: { action: Action; names: PrincipalNames; otherActions: readonly Action[] },
): string {
  const permits = slice.rules.filter(({ json }) => json.effect === 'permit');
  if (permits.length > 0) {
    const shown = permits.slice(0, PERMITS_MAX);
    const wants = shown.map((rule) => `\`${rule.policy}\` wants ${unmet(rule, question)}`);
    const rest = permits.length - shown.length;
    return `no permit matched: ${wants.join('; ')}${rest > 0 ? `; ${rest} more did not match` : ''}`;
  }
  const none = `no policy permits \`${asked.action}\` to identity \`${asked.names.identity}\``;
  const others = permitsForOtherActions(compiled, asked.otherActions, asked.names);
  return others.length === 0 ? none : `${none}; other actions are permitted by ${listed(others)}`;
}
