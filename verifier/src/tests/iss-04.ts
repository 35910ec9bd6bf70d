import type { DecisionRecord, Entry, Facts, Kind, RequestRecord } from '../words/index.ts';
import type { Context, Told } from './context.ts';
import { type Finding, finding, type Judged, judge, stated, withheldFinding } from './result.ts';

type Decision = Told<'credential.granted'> | Told<'credential.refused'>;

const DECISIONS = ['credential.granted', 'credential.refused'] as const satisfies readonly Kind[];
const POLICY_KINDS: readonly Kind[] = ['resource.declared', 'resource.retired'];
const none = { verdict: 'NOT_OCCURRING', why: 'nothing was decided in the period' } as const;

const idOf = ({ leaf, index }: Pick<Decision, 'leaf' | 'index'>): string =>
  `${leaf.kind === 'credential.granted' ? 'grant' : 'refusal'} ${index}`;

const decisionsOf = ({ told }: Context): Decision[] =>
  [...told('credential.granted'), ...told('credential.refused')].sort((a, b) => a.index - b.index);

const isEmpty = (facts: Facts): boolean => Object.keys(facts).length === 0;

/** A grant without one proven fact was given on a claim; a refusal may be for want of any. */
function unchecked({ action, door, method, attested }: RequestRecord, granted: boolean): string[] {
  return [
    ...(action ? [] : ['the action']),
    ...(door ? [] : ['the door']),
    ...(granted && !method ? ['the method'] : []),
    ...(granted && isEmpty(attested) ? ['any attested fact'] : []),
  ];
}

function inputs(decision: Decision): Finding {
  const lacking = unchecked(decision.data.request, decision.leaf.kind === 'credential.granted');
  return lacking.length === 0
    ? finding('PASS', idOf(decision), 'what was asked and what was proven is on record', decision.index)
    : finding('FAIL', idOf(decision), `the record lacks ${lacking.join(', ')}`, decision.index);
}

/** The set of policies that stood, recomputed from what was declared, is the one that the decision names. */
function wrongPolicies(
  context: Context,
  { policySet, determining }: DecisionRecord,
  index: number,
): string[] {
  const standing = context.policiesAt(index);
  const foreign = determining.filter(
    ({ policy, version }) =>
      !standing.rows.some(({ name, spec }) => name === policy && spec.version === version),
  );
  return [
    ...(policySet === standing.policySet ? [] : ['names a set of policies that was not in force']),
    ...foreign.map(({ policy }) => `names policy ${policy} in a version that was not in force`),
  ];
}

/** Which policies stood cannot be told behind a declaration that is withheld and may be one of a policy. */
function hiddenPolicies({ withheldAnywhere }: Context, before: number): Entry[] {
  return withheldAnywhere(...POLICY_KINDS).filter(
    ({ index, leaf }) => index < before && (leaf.subject === '' || leaf.subject.startsWith('pol_')),
  );
}

function policies(context: Context, decision: Decision): Finding {
  const [hidden] = hiddenPolicies(context, decision.index);
  if (hidden) return withheldFinding(hidden, idOf(decision));
  const wrong = wrongPolicies(context, decision.data.decision, decision.index);
  return wrong.length === 0
    ? finding('PASS', idOf(decision), 'the policies in force, by hash', decision.index)
    : finding('FAIL', idOf(decision), wrong.join('; '), decision.index);
}

function outcome({ index, leaf, data }: Decision): Finding {
  const expected = leaf.kind === 'credential.granted' ? 'allow' : 'deny';
  const { effect, rule, reason } = data.decision;
  const id = idOf({ index, leaf });
  if (effect !== expected)
    return finding('FAIL', id, `recorded as ${effect} and carried out as ${leaf.kind}`, index);
  return rule && reason
    ? finding('PASS', id, `${effect}: ${rule}`, index)
    : finding('FAIL', id, 'the record lacks the rule or the reason', index);
}

/** The issuer keeps no counter apart from its entries, so equality is not shown; what was counted elsewhere is said. */
function counted({ told }: Context, decisions: number): Judged {
  const turnedAway = told('requests.counted').reduce((sum, { data }) => sum + data.count, 0);
  const lost = told('log.gap').reduce((sum, { data }) => sum + data.refusals, 0);
  const why =
    `${decisions} decisions have entries; ${turnedAway} requests were turned away before any decision and counted; ` +
    `${lost} were refused while storage was down and have no entry of their own; ` +
    'the issuer keeps no counter apart from its entries to compare with';
  return stated('as many decisions as requests', 'NOT_EVALUABLE', why, decisions);
}

/** A request that is known to be wrong, sent to see that it is refused and recorded. */
const isCanary = ({ data }: Decision): boolean => data.request.claimed.canary === true;

function canary(decisions: Decision[], hidden: Finding[]): Judged {
  const found = decisions
    .filter(isCanary)
    .map((decision) =>
      decision.leaf.kind === 'credential.refused'
        ? finding('PASS', idOf(decision), 'a planted wrong request was refused and recorded', decision.index)
        : finding('FAIL', idOf(decision), 'a planted wrong request was granted', decision.index),
    );
  const refused = decisions.filter(({ leaf }) => leaf.kind === 'credential.refused').length;
  return judge('a planted wrong request was refused', [...found, ...hidden], {
    verdict: 'NOT_EVALUABLE',
    why: `no wrong request was planted in the period; ${refused} ordinary refusals are on record`,
  });
}

/** NHI-ISS-04: every grant and every refusal keeps what was checked, by which rules, and what came of it. */
export function decisionsAreRecorded(context: Context): Judged[] {
  const decisions = decisionsOf(context);
  const hidden = context
    .withheld(...DECISIONS)
    .map((entry) => withheldFinding(entry, idOf(entry as Decision)));
  const over = (clause: string, rule: (decision: Decision) => Finding): Judged =>
    judge(clause, [...decisions.map(rule), ...hidden], none);
  return [
    over('the inputs that were checked are kept', inputs),
    over('the policies in force are named by hash', (decision) => policies(context, decision)),
    over('the outcome is kept, with its rule and reason', outcome),
    counted(context, decisions.length + hidden.length),
    canary(decisions, hidden),
  ];
}
