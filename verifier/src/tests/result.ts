import type { Verdict } from '../controls/index.ts';
import type { Entry } from '../words/index.ts';
import type { Interval } from './intervals.ts';

/** One item of a population and how it fared, over all clauses that looked at it. */
export interface Member {
  id: string;
  verdict: Verdict;
  why: string;
  /** The entry that it rests on, where it is one. */
  entry?: number;
  /** Id of the approved exception that covers it: it stays in the population, and counts as neither PASS nor FAIL. */
  exception?: string;
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

/** An exception to the control that stood at some instant of the period, whether it covered something or not. */
export interface ExceptionTold {
  exception: string;
  subject: string;
  owner: string;
  until: string;
  compensating: string;
  reason: string;
  /** Why it does not count, where it does not; empty where it does. */
  void: string;
  /** True where a member departs and is covered by it. */
  covers: boolean;
}

export interface TestResult {
  control: string;
  verdict: Verdict;
  clauses: Clause[];
  members: Member[];
  counts: { members: number; exceptions: number } & Record<Verdict, number>;
  exceptions: ExceptionTold[];
}

/** What one clause found about one item. */
export interface Finding extends Member {
  /** Listed as a deviation although its verdict is not FAIL. */
  deviation?: boolean;
  /** When it departed; the whole period where that is not said. An exception must cover all of it. */
  during?: Interval[];
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

/** A departure that lasted. */
export const departure = (id: string, why: string, during: Interval[], entry?: number): Finding => ({
  ...finding('FAIL', id, why, entry),
  during,
});

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

/** Nothing is left to judge where every item departs with leave. */
const ALL_EXCEPTED = 'NOT_EVALUABLE';

const isExcepted = ({ exception }: Member): boolean => exception !== undefined;

/** The worst of what no exception covers. */
function verdictOf(findings: Member[]): Verdict {
  const judged = findings.filter((each) => !isExcepted(each));
  return judged.length === 0 && findings.length > 0
    ? ALL_EXCEPTED
    : combine(judged.map(({ verdict }) => verdict));
}

/** Why the worst of them are so; nothing where all hold. */
function reasons(findings: Finding[]): string {
  const verdict = combine(findings.map((each) => each.verdict));
  if (verdict === 'PASS' || findings.length === 0) return '';
  const why = [...new Set(findings.filter((each) => each.verdict === verdict).map((each) => each.why))];
  const more = why.length > REASONS_MAX ? [`and ${why.length - REASONS_MAX} other reasons`] : [];
  return `: ${[...why.slice(0, REASONS_MAX), ...more].join('; ')}`;
}

function tally(findings: Finding[]): string {
  const judged = findings.filter((each) => !isExcepted(each));
  const counts = VERBS.flatMap(([verdict, verb]) => {
    const count = judged.filter((each) => each.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verb}`];
  });
  const excepted = findings.length - judged.length;
  const left = excepted === 0 ? [] : [`${excepted} under an approved exception`];
  return `of ${findings.length}: ${[...counts, ...left].join(', ')}${reasons(judged)}`;
}

const deviationOf = ({ id, why, exception }: Finding): string =>
  `${id}: ${why}${exception === undefined ? '' : ` (exception ${exception})`}`;

/** A clause over a population; `empty` is what an empty one means, since it is never simply a pass. */
export function judge(clause: string, findings: Finding[], empty: { verdict: Verdict; why: string }): Judged {
  return findings.length === 0 ? stated(clause, empty.verdict, empty.why) : over(clause, findings);
}

function over(clause: string, findings: Finding[]): Judged {
  const deviating = findings.filter(({ verdict, deviation }) => verdict === 'FAIL' || deviation);
  return {
    clause: {
      clause,
      verdict: verdictOf(findings),
      why: tally(findings),
      population: new Set(findings.map(({ id }) => id)).size,
      deviations: deviating.map(deviationOf),
    },
    findings,
  };
}

/** A clause whose verdict is about the whole and not about single items. */
export const stated = (clause: string, verdict: Verdict, why: string, population = 0): Judged => ({
  clause: { clause, verdict, why, population, deviations: verdict === 'FAIL' ? [why] : [] },
  findings: [],
});

/** What all clauses found about one item: the worst verdict, and every reason for it; excepted where nothing else is wrong. */
function merge(findings: Finding[]): Member {
  const judged = findings.filter((each) => !isExcepted(each));
  const verdict = combine(judged.map((each) => each.verdict));
  const isOpen = verdict === 'FAIL' || verdict === 'NOT_EVALUABLE';
  const told = isOpen || judged.length === findings.length ? judged : findings.filter(isExcepted);
  const worst = combine(told.map((each) => each.verdict));
  const shown = told.filter((each) => each.verdict === worst);
  const [first] = findings as [Finding];
  const entry = findings.find((each) => each.entry !== undefined)?.entry;
  const member = finding(worst, first.id, [...new Set(shown.map(({ why }) => why))].join('; '), entry);
  const exception = shown[0]?.exception;
  return exception === undefined ? member : { ...member, exception };
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

function countsOf(members: Member[]): TestResult['counts'] {
  const counts = {
    members: members.length,
    exceptions: members.filter(isExcepted).length,
    PASS: 0,
    FAIL: 0,
    NOT_EVALUABLE: 0,
    NOT_OCCURRING: 0,
  };
  for (const member of members) if (!isExcepted(member)) counts[member.verdict] += 1;
  return counts;
}

/** What exceptions do to one control's findings. */
export interface Excusing {
  told: Array<Omit<ExceptionTold, 'covers'>>;
  excuse(finding: Finding): Finding;
}

export function resultOf(control: string, found: Judged[], { told, excuse }: Excusing): TestResult {
  const judged = found.map((each) =>
    each.findings.length === 0 ? each : over(each.clause.clause, each.findings.map(excuse)),
  );
  const members = membersOf(judged);
  const clauses = judged.map(({ clause }) => clause);
  const used = new Set(judged.flatMap(({ findings }) => findings.map(({ exception }) => exception)));
  return {
    control,
    verdict: combine(clauses.map(({ verdict }) => verdict)),
    clauses,
    members,
    counts: countsOf(members),
    exceptions: told.map((each) => ({ ...each, covers: used.has(each.exception) })),
  };
}
