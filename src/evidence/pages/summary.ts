import {
  type Cell,
  CONTROLS,
  type Derived,
  type JudgedControl,
  type Population,
  populations,
  type Range,
  VERDICTS,
  type Verdict,
} from '#verifier';
import { limitsOf } from './limits.ts';

export interface PageInput {
  derived: Derived;
  origin: string;
  /** C2SP verifier-key string. */
  verifierKey: string;
  range: Range;
  sealing: string;
}

export interface Table {
  /** The auditor's question. */
  question: string;
  /** The whole table, as a member of the package. */
  file: string;
  header: string[];
  rows: Cell[][];
  /** Rows of the whole table; more than `rows` where it is cut. */
  total: number;
}

export interface ControlSummary extends JudgedControl {
  title: string;
  statement: string;
  tsc: readonly string[];
  tested: boolean;
}

/** What both pages say, before either says it. */
export interface Summary {
  period: { from: string; to: string };
  origin: string;
  verifierKey: string;
  entries: { first: number; last: number; count: number };
  withheld: { bodies: number; personal: boolean };
  counts: Record<Verdict, number>;
  controls: ControlSummary[];
  tables: Table[];
  files: Array<{ file: string; question: string; rows: number }>;
  limits: string[];
}

const TABLE_ROWS_MAX = 50;

/** The tables that answer an auditor's first questions, with the columns that do. */
const SHOWN: Array<[population: string, columns: string[]]> = [
  [
    'identities',
    [
      'name',
      'kind',
      'purpose',
      'owner_name',
      'application_name',
      'approver_names',
      'approved_at',
      'bootstrap',
      'allowed_actions',
      'states',
      'credentials_granted',
    ],
  ],
  [
    'credentials',
    ['entry', 'time', 'type', 'identity_name', 'spiffe_id', 'not_after', 'granted_ttl_seconds', 'policies'],
  ],
  ['refusals', ['entry', 'time', 'action', 'identity_name', 'code', 'rule', 'reason', 'attested']],
  [
    'locks',
    [
      'placed',
      'target_kind',
      'target_name',
      'target',
      'reason',
      'by_name',
      'lifted',
      'credentials',
      'refused',
      'accepted',
      'not_tried',
      'slowest_refusal_ms',
      'ends_everywhere',
    ],
  ],
  ['approvals', ['time', 'title', 'requester_name', 'approver_name', 'same_person', 'key_type', 'entry']],
  ['policies', ['name', 'version', 'description', 'from', 'to', 'approver_names']],
  ['trusts', ['name', 'identity_name', 'method', 'conditions', 'from', 'to', 'approver_names']],
  [
    'exceptions',
    ['name', 'control', 'subject', 'owner_name', 'approver_names', 'until', 'lapsed', 'compensating'],
  ],
  ['control-owners', ['covers', 'target_name', 'hole', 'owner_name', 'reviewer_name']],
  [
    'sweeps',
    ['time', 'source', 'partition', 'verdict', 'items', 'provider_count', 'denied', 'errors', 'why'],
  ],
];

function tableOf(name: string, columns: string[], { query, first }: Population): Table {
  const at = columns.map((column) => query.columns.findIndex((each) => each.name === column));
  return {
    question: query.question,
    file: `populations/${name}.csv`,
    header: columns,
    rows: first(TABLE_ROWS_MAX).map((cells) => at.map((index) => cells[index] ?? null)),
    total: query.rows,
  };
}

function controlsOf(results: JudgedControl[]): ControlSummary[] {
  return results.map((result) => {
    const control = CONTROLS.find(({ id }) => id === result.control);
    return {
      ...result,
      title: control?.title ?? '',
      statement: control?.statement ?? '',
      tsc: control?.tsc ?? [],
      tested: result.clauses[0]?.clause !== 'a test exists',
    };
  });
}

const countsOf = (results: JudgedControl[]): Record<Verdict, number> =>
  Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, results.filter((result) => result.verdict === verdict).length]),
  ) as Record<Verdict, number>;

export function summarize({ derived, origin, verifierKey, range, sealing }: PageInput): Summary {
  const { input, results } = derived;
  const made = new Map(Object.entries(populations).map(([name, make]) => [name, make(input)]));
  const hidden = [...input.entries, ...input.carried].filter(({ body }) => body === null).length;
  return {
    period: input.period,
    origin,
    verifierKey,
    entries: { first: range.first, last: range.last - 1, count: range.last - range.first },
    withheld: { bodies: hidden, personal: input.openings.size === 0 },
    counts: countsOf(results),
    controls: controlsOf(results),
    tables: SHOWN.flatMap(([name, columns]) => {
      const population = made.get(name);
      return population ? [tableOf(name, columns, population)] : [];
    }),
    files: [...made].map(([name, { query }]) => ({
      file: `populations/${name}.csv`,
      question: query.question,
      rows: query.rows,
    })),
    limits: limitsOf(sealing),
  };
}
