import type { Context } from './context.ts';
import { DECIDED_WITHIN_DAYS, openFindings, overSeen, plusDays, settledInTime } from './estate.ts';
import { overlap } from './intervals.ts';
import { departure, type Finding, finding, type Judged, judge, stated, withheldFinding } from './result.ts';
import { readWhole, type Seen, spansOf } from './sweeps.ts';

/** When the identity that it was claimed for ceased to stand; undefined while it stands. */
function endedAt({ history }: Context, identity: string): string | undefined {
  return history('identity')
    .get(identity)
    ?.find(({ row }) => row.retired || row.state === 'retired')?.from;
}

/** What was claimed for an identity must be gone from its source soon after that was retired. */
function left(context: Context, each: Seen): Finding | undefined {
  const { key, identity, entry, attributes } = each.row;
  const ended = identity === undefined ? undefined : endedAt(context, identity);
  if (ended === undefined) return undefined;
  const due = plusDays(ended, DECIDED_WITHIN_DAYS);
  const why = `${identity} was retired ${ended}`;
  if (attributes.enabled === false) return finding('PASS', key, `${why}, and it is disabled`, entry);
  const late = spansOf(each).flatMap(
    (span) => overlap(span, { from: due, to: context.input.period.to }) ?? [],
  );
  if (late.length > 0) return departure(key, `${why}, still there after ${due}`, late, entry);
  return due < context.input.period.to
    ? finding('PASS', key, `${why}, gone in time`, entry)
    : finding('NOT_OCCURRING', key, `${why}: to be gone by ${due}`, entry);
}

/** An owner who left is a trigger too: what they owned needs another in time. */
const LEAVERS: ReadonlySet<string> = new Set(['owner-left']);

/** NHI-LIF-01: what is no longer needed is disabled in time. */
export function removedWhenNeedEnds(context: Context): Judged[] {
  const leavers = openFindings(context, LEAVERS);
  const hidden = context
    .withheldAnywhere('finding.opened', 'finding.closed')
    .map((entry) => withheldFinding(entry));
  return [
    overSeen(
      context,
      `what a retired identity held is gone or disabled within ${DECIDED_WITHIN_DAYS} days`,
      ['identity', 'credential', 'permission', 'trust'],
      (each) => left(context, each),
      'nothing belonged to a retired identity',
    ),
    judge(
      'whatever an owner left behind has another in time',
      [...leavers.map((each) => settledInTime(context, each)), ...hidden],
      { verdict: 'NOT_OCCURRING', why: 'no owner left' },
    ),
    readWhole(context, 'leftover'),
    stated('ends of contracts with third parties are known', 'NOT_EVALUABLE', 'no source tells of contracts'),
  ];
}
