import type { Context } from './context.ts';
import { DECIDED_WITHIN_DAYS, overSeen, plusDays, type Seeing, settledAt } from './estate.ts';
import { departure, type Finding, finding, type Judged, stated } from './result.ts';
import { readWhole, type Seen } from './sweeps.ts';

/** First seen in the period: from then on the time runs. */
function caught(context: Context, { row }: Seen): Finding | undefined {
  const { period } = context.input;
  const { key, firstSeen, entry } = row;
  if (firstSeen < period.from) return undefined;
  const versions = (context.history('observation').get(key) ?? []) as Seeing[];
  const due = plusDays(firstSeen, DECIDED_WITHIN_DAYS);
  const settled = settledAt(versions);
  if (settled !== undefined && settled <= due)
    return finding('PASS', key, `seen ${firstSeen}, decided on or gone ${settled}`, entry);
  const to = settled ?? period.to;
  if (due >= to)
    return finding('NOT_OCCURRING', key, `seen ${firstSeen}: a decision is due by ${due}`, entry);
  return departure(key, `seen ${firstSeen}, undecided after ${due}`, [{ from: due, to }], entry);
}

/** NHI-INV-04: whatever appears outside the approved path is decided on in time. */
export function unregisteredIsCaught(context: Context): Judged[] {
  return [
    overSeen(
      context,
      `what appears is claimed, dismissed, retired or gone within ${DECIDED_WITHIN_DAYS} days`,
      ['identity', 'credential'],
      (each) => caught(context, each),
      'nothing appeared in the period',
    ),
    readWhole(context, 'unregistered identity'),
    stated(
      'a planted identity was found in time',
      'NOT_EVALUABLE',
      'no identity is planted at a source: connectors only read',
    ),
  ];
}
