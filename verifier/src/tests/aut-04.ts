import type { Context } from './context.ts';
import { DECIDED_WITHIN_DAYS, overSeen, plusDays } from './estate.ts';
import { overlap } from './intervals.ts';
import { departure, type Finding, finding, type Judged, stated } from './result.ts';
import { readWhole, type Seen, spansOf } from './sweeps.ts';

/** A secret found where it should not be must be gone in time. */
function removed({ input }: Context, each: Seen): Finding {
  const { key, firstSeen, entry } = each.row;
  const due = plusDays(firstSeen, DECIDED_WITHIN_DAYS);
  const late = spansOf(each).flatMap((span) => overlap(span, { from: due, to: input.period.to }) ?? []);
  if (late.length > 0) return departure(key, `found ${firstSeen}, still there after ${due}`, late, entry);
  return due < input.period.to
    ? finding('PASS', key, `found ${firstSeen}, gone in time`, entry)
    : finding('NOT_OCCURRING', key, `found ${firstSeen}: to be gone by ${due}`, entry);
}

/** NHI-AUT-04: secrets live in approved stores alone. */
export function secretsAreInStores(context: Context): Judged[] {
  return [
    overSeen(
      context,
      `every exposed secret was gone within ${DECIDED_WITHIN_DAYS} days`,
      ['exposure'],
      (each) => removed(context, each),
      'no exposed secret was found',
    ),
    readWhole(context, 'exposed secret'),
    stated(
      'a planted secret was found in time',
      'NOT_EVALUABLE',
      'no secret is planted: connectors only read',
    ),
  ];
}
