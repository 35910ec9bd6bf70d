import { type Cell, type Derived, populations } from '#verifier';
import { row } from './markdown.ts';
import { policyDrafts } from './policies.ts';

const TABLE_ROWS_MAX = 200;

/** A population as a section of a document: its question, the columns that answer it, and where the rest is. */
function section({ input }: Derived, name: string, columns: string[]): string[] {
  const population = populations[name]?.(input);
  if (population === undefined) return [];
  const { query } = population;
  const head = [`## ${query.question}`, ''];
  if (query.rows === 0)
    return [...head, `Nothing of the kind is on record for this period (\`populations/${name}.csv\`).`, ''];
  const at = columns.map((column) => query.columns.findIndex((each) => each.name === column));
  const shown = population
    .first(TABLE_ROWS_MAX)
    .map((cells) => at.map((index): Cell => cells[index] ?? null));
  return [
    ...head,
    `${query.rows > shown.length ? `The first ${shown.length} of ${query.rows}` : `All ${query.rows}`}; every column is in \`populations/${name}.csv\`.`,
    '',
    row(columns),
    `|${' --- |'.repeat(columns.length)}`,
    ...shown.map(row),
    '',
  ];
}

const LOGS: Record<
  string,
  { title: string; intro: string; tables: Array<[population: string, columns: string[]]> }
> = {
  'log-rotation': {
    title: 'Rotation log',
    intro: 'Fingerprints are of public keys or verifiers; no secret is in any of it.',
    tables: [
      [
        'rotations',
        ['name', 'identity_name', 'rotator', 'interval_days', 'grace_hours', 'rotated', 'approver_names'],
      ],
      ['rotation-runs', ['run', 'cause', 'due', 'phases', 'stalled', 'outcome', 'ended', 'entry']],
    ],
  },
  'log-audit': {
    title: 'Audit log',
    intro:
      'Who changed, approved, refused, took away and signed in. Each row names its entry; `log/` proves it.',
    tables: [
      ['changes', ['proposed', 'title', 'reason', 'requester_name', 'state', 'steps', 'entry']],
      ['approvals', ['time', 'title', 'requester_name', 'approver_name', 'key_type', 'entry']],
      ['approvals-refused', ['time', 'change', 'who', 'code', 'message', 'entry']],
      ['locks', ['placed', 'target_kind', 'target_name', 'reason', 'by_name', 'lifted', 'entry']],
      ['sessions', ['time', 'kind', 'name', 'method', 'entry']],
      ['requests', ['time', 'kind', 'source', 'reason', 'count', 'entry']],
    ],
  },
  'log-alerts': {
    title: 'Alerts: what watches, and how each was handled',
    intro: 'A detector that was never tested may be asleep: its silence then says nothing.',
    tables: [
      ['detector-tests', ['time', 'detector', 'alive', 'why', 'entry']],
      [
        'alerts',
        [
          'raised',
          'detector',
          'about',
          'expected',
          'seen',
          'acknowledged_by',
          'resolved_by',
          'outcome',
          'reason',
          'entry',
        ],
      ],
    ],
  },
};

/** Everything under `documents/`: from what was disclosed alone, and the same bytes each time. */
export function renderDocuments(derived: Derived): Record<string, string> {
  const { from, to } = derived.input.period;
  const logs = Object.entries(LOGS).map(([name, { title, intro, tables }]) => {
    const sections = tables.flatMap(([population, columns]) => section(derived, population, columns));
    return [
      name,
      `${[`# ${title}`, '', `From ${from} until ${to}. ${intro}`, '', ...sections].join('\n').trimEnd()}\n`,
    ] as const;
  });
  return Object.fromEntries([...logs, ...policyDrafts(derived)]);
}
