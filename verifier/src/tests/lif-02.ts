import type { Context } from './context.ts';
import { overSeen, plusDays } from './estate.ts';
import { overlap } from './intervals.ts';
import { departure, type Finding, finding, type Judged } from './result.ts';
import { readWhole, type Seen, spansOf } from './sweeps.ts';

/** Unused for longer than this, an identity or credential must be disabled. */
export const DORMANT_DAYS = 90;

const isTime = (value: unknown): value is string => typeof value === 'string';

/** INVARIANT: silence counts only where a use would have been seen. */
function dormant({ input }: Context, each: Seen): Finding {
  const { key, entry, attributes, firstSeen } = each.row;
  const { lastUsed, usesKnownSince, created, enabled } = attributes;
  if (enabled === false) return finding('PASS', key, 'it is disabled', entry);
  if (lastUsed === undefined) return finding('NOT_EVALUABLE', key, 'its source tells no last use', entry);
  const limit = plusDays(input.period.to, -DORMANT_DAYS);
  if (isTime(lastUsed) && lastUsed >= limit) return finding('PASS', key, `last used ${lastUsed}`, entry);
  if (isTime(usesKnownSince) && usesKnownSince > limit)
    return finding('NOT_EVALUABLE', key, `uses are known since ${usesKnownSince} only`, entry);
  const since = isTime(lastUsed) ? lastUsed : isTime(created) ? created : firstSeen;
  if (since >= limit) return finding('PASS', key, `never used, and there since ${since} only`, entry);
  const due = plusDays(since, DORMANT_DAYS);
  const late = spansOf(each).flatMap((span) => overlap(span, { from: due, to: input.period.to }) ?? []);
  const told = isTime(lastUsed) ? `last used ${lastUsed}` : `never used since ${since}`;
  return departure(key, `${told}, and not disabled`, late, entry);
}

/** NHI-LIF-02: what nobody uses is disabled. */
export function dormantIsDisabled(context: Context): Judged[] {
  return [
    overSeen(
      context,
      `nothing was unused for over ${DORMANT_DAYS} days and not disabled`,
      ['identity', 'credential'],
      (each) => dormant(context, each),
      'no identity or credential was found',
    ),
    readWhole(context, 'dormant identity'),
  ];
}
