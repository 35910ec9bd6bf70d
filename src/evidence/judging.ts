import { decodeEntry, type EntryData, type Verdict } from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import type { Database, Log } from '../store/index.ts';
import type { Verdicts } from './model.ts';
import { moveOnce } from './queries.ts';

type Judged = EntryData['controls.judged'];

const JUDGED = 'controls.judged';
const NONE_YET = -1;

/** A verdict as it came to be, and the entry that says so. */
export interface VerdictChange {
  entry: number;
  time: string;
  before: Verdict | null;
  verdict: Verdict;
}

/** What differs from the last time; a control that nobody judged before differs. Sorted by control. */
export function changedVerdicts(before: Judged['verdicts'], now: Judged['verdicts']): Judged['changed'] {
  return Object.entries(now)
    .map(([control, verdict]) => ({ control, before: before[control] ?? null, verdict }))
    .filter((each) => each.before !== each.verdict)
    .sort((a, b) => (a.control < b.control ? -1 : 1));
}

async function lastJudged(log: Log): Promise<{ index: number | undefined; verdicts: Judged['verdicts'] }> {
  const [last] = await log.search({ kinds: ['controls.judged'], limit: 1 });
  if (last === undefined) return { index: undefined, verdicts: {} };
  const { body } = decodeEntry(last.index, last.leaf, last.body);
  // Erased after retention: what stood then is not known, so all of it is told anew.
  return { index: last.index, verdicts: body === null ? {} : (body.data as Judged).verdicts };
}

/**
 * Appends one entry if a verdict is another than the last time. Two that judge at once cannot both say so: the second one's
 * comparison is out of date, and it leaves none.
 * @returns how many verdicts changed
 */
export async function recordVerdicts(
  { log }: { database: Database; log: Log },
  { period, size, results }: Verdicts,
): Promise<number> {
  const last = await lastJudged(log);
  const verdicts = Object.fromEntries(results.map(({ control, verdict }) => [control, verdict]));
  const changed = changedVerdicts(last.verdicts, verdicts);
  if (changed.length === 0) return 0;
  const data: Judged = { ...period, size, verdicts, changed };
  await log.commit({
    decide: () => ({
      drafts: [{ kind: 'controls.judged', subject: '', actor: 'sys', data }],
      result: undefined,
    }),
    async consume(tx) {
      if (!(await moveOnce(tx, JUDGED, last.index ?? NONE_YET)))
        throw new MunimentError('conflict', 'another replica judged meanwhile');
    },
  });
  return changed.length;
}

const LOOKED_AT = 100;

/** How each control's verdict came to be what it is, newest first, before an entry; of the latest runs that changed any. */
export async function verdictHistory(log: Log, before?: number): Promise<Map<string, VerdictChange[]>> {
  const query = { kinds: ['controls.judged' as const], limit: LOOKED_AT };
  const runs = await log.search(before === undefined ? query : { ...query, before });
  const byControl = new Map<string, VerdictChange[]>();
  for (const { index, time, leaf, body } of runs) {
    const told = decodeEntry(index, leaf, body).body?.data as Judged | undefined;
    for (const { control, ...change } of told?.changed ?? []) {
      const known = byControl.get(control) ?? [];
      byControl.set(control, [...known, { entry: index, time, ...change }]);
    }
  }
  return byControl;
}
