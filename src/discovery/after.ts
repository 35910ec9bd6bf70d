import type { Clock } from '../kernel/index.ts';
import type { Database, Draft, Log } from '../store/index.ts';
import {
  findingDrafts,
  missingPartitions,
  overdue,
  PARTITION_MISSING,
  RETIREMENT_OVERDUE,
  UNAPPROVED_MAKING,
  unapproved,
} from './findings.ts';
import { recordedMakings, toBeRetired } from './queries.ts';
import { groupsOf } from './same.ts';

interface Needs {
  database: Database;
  log: Log;
  clock: Clock;
}

/** True where something that is one with it belongs to a declared identity. */
async function approvals(log: Log): Promise<(key: string) => Promise<boolean>> {
  const groupOf = groupsOf(await log.rows('join'));
  return async (key) => {
    for (const other of groupOf(key).keys())
      if ((await log.row('observation', other))?.identity !== undefined) return true;
    return false;
  };
}

/**
 * Opens and closes what a person must decide on, by what stands now: made outside the approved path, partitions that are missing
 * from what a source declares, things that were to be gone.
 * @param swept which partitions a source has just declared; absent where only time has passed
 */
export async function reconcileFindings(
  { database, log, clock }: Needs,
  swept?: { source: string; declared: string[] },
): Promise<void> {
  const now = clock.now();
  const known = await log.rows('finding');
  const made = await recordedMakings(database.db);
  const isApproved = await approvals(log);
  const approved = new Set<string>();
  for (const { key, identity } of made)
    if (identity === undefined && (await isApproved(key))) approved.add(key);
  const wanted = [
    ...unapproved(made, (key) => approved.has(key), now),
    ...overdue(await toBeRetired(database.db), now),
  ];
  const drafts: Draft[] = findingDrafts(
    [UNAPPROVED_MAKING, RETIREMENT_OVERDUE],
    wanted,
    known,
    () => true,
    now,
  );
  if (swept !== undefined) {
    const missing = missingPartitions(await log.rows('sweep'), swept.source, swept.declared);
    const concerns = ({ subject }: { subject: string }) => subject.startsWith(`${swept.source}/`);
    drafts.push(...findingDrafts([PARTITION_MISSING], missing, known, concerns, now));
  }
  if (drafts.length > 0) await log.append(drafts);
}
