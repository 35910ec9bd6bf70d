import { type Detector, madeUpUse } from '../model.ts';

export const FAILURES_IN_A_ROW = 5;

interface Row {
  /** Entries of the failures since the last success, oldest first. */
  failures: number[];
}

/** Five failed attempts in a row by one instance. A success, and the alert itself, begin the count again. */
export const failedAttempts: Detector<Row> = {
  name: 'failed-attempts',
  about: (use) => use.instance ?? undefined,
  start: () => ({ failures: [] }),
  step({ failures }, use) {
    if (use.outcome === 'success') return { state: { failures: [] } };
    const row = [...failures, use.entry];
    if (row.length < FAILURES_IN_A_ROW) return { state: { failures: row } };
    const departure = {
      expected: `fewer than ${FAILURES_IN_A_ROW} failed attempts in a row`,
      seen: `${row.length} failed attempts in a row, the last \`${use.action}\` at ${use.at}`,
      entries: row,
    };
    return { state: { failures: [] }, departure };
  },
  drill: (now) => Array.from({ length: FAILURES_IN_A_ROW }, () => madeUpUse(now, { outcome: 'failure' })),
};
