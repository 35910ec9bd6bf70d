import type { Context } from './context.ts';
import { openFindings, settledInTime } from './estate.ts';
import { type Finding, finding, type Judged, judge, withheldFinding } from './result.ts';

/** Findings by which the inventory and what else tells of the same things differ. */
const MISMATCHES: ReadonlySet<string> = new Set(['unapproved-creation', 'partition-missing']);

/** A source is compared where something of it is known from another side: another source, or its own record of what was made. */
function compared({ input }: Context, source: string): Finding {
  const { observation, join } = input.closing.tables;
  const prefix = `${source}/`;
  for (const { a, b, split } of join.values()) {
    if (split || a.startsWith(prefix) === b.startsWith(prefix)) continue;
    const other = a.startsWith(prefix) ? b : a;
    return finding('PASS', source, `compared with ${other.slice(0, other.indexOf('/'))}`);
  }
  for (const row of observation.values())
    if (row.source === source && row.present && row.attributes.creationEvent !== undefined)
      return finding(
        'PASS',
        source,
        `compared with ${String(row.attributes.creationSource ?? 'its own record')}`,
      );
  return finding('NOT_EVALUABLE', source, 'nothing of it is known from a second side');
}

/** NHI-INV-03: each source is compared with another, and what differs is explained or mended in time. */
export function sourcesReconcile(context: Context): Judged[] {
  const { input } = context;
  const sources = [...new Set([...input.closing.tables.sweep.values()].map(({ source }) => source))].sort();
  const mismatches = openFindings(context, MISMATCHES);
  const hidden = context
    .withheldAnywhere('finding.opened', 'finding.closed')
    .map((entry) => withheldFinding(entry));
  return [
    judge(
      'every source is compared with an independent one',
      sources.map((source) => compared(context, source)),
      {
        verdict: 'NOT_EVALUABLE',
        why: 'nothing was ever swept',
      },
    ),
    judge(
      'every mismatch is explained or mended in time',
      [...mismatches.map((each) => settledInTime(context, each)), ...hidden],
      {
        verdict: 'NOT_OCCURRING',
        why: 'no mismatch was open in the period',
      },
    ),
  ];
}
