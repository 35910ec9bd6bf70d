import type { Verdict } from '../controls/index.ts';
import type { Entry } from '../words/index.ts';

/** One item of a population and how it fared, over all clauses that looked at it. */
export interface Member {
  id: string;
  verdict: Verdict;
  why: string;
  /** The entry that it rests on, where it is one. */
  entry?: number;
}

/** One condition of a test. */
export interface Clause {
  clause: string;
  verdict: Verdict;
  why: string;
  /** How many items were looked at, those withheld included. */
  population: number;
  /** Every item that departs from the condition, excused or not. */
  deviations: string[];
}

export interface TestResult {
  control: string;
  verdict: Verdict;
  clauses: Clause[];
  members: Member[];
  counts: { members: number } & Record<Verdict, number>;
}

/** What one clause found about one item. */
export interface Finding extends Member {
  /** Listed as a deviation although its verdict is not FAIL. */
  deviation?: boolean;
}

/** A clause with the findings that it rests on. */
export interface Judged {
  clause: Clause;
  findings: Finding[];
}

const WORST_FIRST = ['FAIL', 'NOT_EVALUABLE', 'PASS'] as const;

/** Any FAIL, else any NOT_EVALUABLE, else any PASS, else NOT_OCCURRING. */
export function combine(verdicts: Iterable<Verdict>): Verdict {
  const present = new Set(verdicts);
  return WORST_FIRST.find((verdict) => present.has(verdict)) ?? 'NOT_OCCURRING';
}

export const finding = (verdict: Verdict, id: string, why: string, entry?: number): Finding =>
  entry === undefined ? { id, verdict, why } : { id, verdict, why, entry };

/** A member of which nothing is known but that it is there. */
export const withheldFinding = ({ index, leaf }: Entry, id = leaf.subject || `entry ${index}`): Finding =>
  finding('NOT_EVALUABLE', id, `the body of entry ${index} is withheld`, index);

const VERBS = [
  ['FAIL', 'fail'],
  ['NOT_EVALUABLE', 'cannot be evaluated'],
  ['PASS', 'hold'],
  ['NOT_OCCURRING', 'did not occur'],
] as const;

const REASONS_MAX = 3;

/** Why the worst of them are so; nothing where all hold. */
function reasons(findings: Finding[]): string {
  const verdict = combine(findings.map((each) => each.verdict));
  if (verdict === 'PASS') return '';
  const why = [...new Set(findings.filter((each) => each.verdict === verdict).map((each) => each.why))];
  const more = why.length > REASONS_MAX ? [`and ${why.length - REASONS_MAX} other reasons`] : [];
  return `: ${[...why.slice(0, REASONS_MAX), ...more].join('; ')}`;
}

function tally(findings: Finding[]): string {
  const counts = VERBS.map(([verdict, verb]) => {
    const count = findings.filter((each) => each.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verb}`];
  });
  return `of ${findings.length}: ${counts.flat().join(', ')}${reasons(findings)}`;
}

/** A clause over a population; `empty` is what an empty one means, since it is never simply a pass. */
export function judge(clause: string, findings: Finding[], empty: { verdict: Verdict; why: string }): Judged {
  if (findings.length === 0) return stated(clause, empty.verdict, empty.why);
  const deviating = findings.filter(({ verdict, deviation }) => verdict === 'FAIL' || deviation);
  const population = new Set(findings.map(({ id }) => id)).size;
  return {
    clause: {
      clause,
      verdict: combine(findings.map(({ verdict }) => verdict)),
      why: tally(findings),
      population,
      deviations: deviating.map(({ id, why }) => `${id}: ${why}`),
    },
    findings,
  };
}

/** A clause whose verdict is about the whole and not about single items. */
export const stated = (clause: string, verdict: Verdict, why: string, population = 0): Judged => ({
  clause: { clause, verdict, why, population, deviations: verdict === 'FAIL' ? [why] : [] },
  findings: [],
});

/** What all clauses found about one item: the worst verdict, and every reason for it. */
function merge(findings: Finding[]): Member {
  const verdict = combine(findings.map((each) => each.verdict));
  const reasons = findings.filter((each) => each.verdict === verdict).map(({ why }) => why);
  const [first] = findings as [Finding];
  const entry = findings.find((each) => each.entry !== undefined)?.entry;
  return finding(verdict, first.id, [...new Set(reasons)].join('; '), entry);
}

function membersOf(judged: Judged[]): Member[] {
  const byId = new Map<string, Finding[]>();
  for (const each of judged.flatMap(({ findings }) => findings)) {
    const known = byId.get(each.id);
    if (known) known.push(each);
    else byId.set(each.id, [each]);
  }
  return [...byId.values()].map(merge);
}

export function resultOf(control: string, judged: Judged[]): TestResult {
  const members = membersOf(judged);
  const counts = { members: members.length, PASS: 0, FAIL: 0, NOT_EVALUABLE: 0, NOT_OCCURRING: 0 };
  for (const { verdict } of members) counts[verdict] += 1;
  const clauses = judged.map(({ clause }) => clause);
  return { control, verdict: combine(clauses.map(({ verdict }) => verdict)), clauses, members, counts };
}
