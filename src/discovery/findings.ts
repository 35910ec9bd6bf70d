import type { Rows } from '#verifier';
import { derivedId, timestamp } from '../kernel/index.ts';
import type { Draft } from '../store/index.ts';

/** The provider says that somebody made it, and nobody here approved it. */
export const UNAPPROVED_MAKING = 'unapproved-creation';
/** A partition that was swept once is no longer among those that the source declares. */
export const PARTITION_MISSING = 'partition-missing';
/** A person said by when it must be gone, and it is still there. */
export const RETIREMENT_OVERDUE = 'retirement-overdue';

const DUE_DAYS: Record<string, number> = {
  [UNAPPROVED_MAKING]: 3,
  [PARTITION_MISSING]: 7,
  [RETIREMENT_OVERDUE]: 7,
};
const DAY_MS = 86_400_000;

type Finding = Rows['finding'];
type Observation = Rows['observation'];

export interface Wanted {
  rule: string;
  subject: string;
  title: string;
  owner?: string;
}

const idOf = ({ rule, subject }: Pick<Wanted, 'rule' | 'subject'>): string =>
  derivedId('finding', `${rule}\n${subject}`);

/** Findings to open, and to close where what they said is no longer so. Pure; a second run finds what the first opened. */
export function findingDrafts(
  rules: readonly string[],
  wanted: readonly Wanted[],
  known: readonly Finding[],
  concerns: (finding: Finding) => boolean,
  now: Date,
): Draft[] {
  const open = new Map(known.filter(({ closed }) => closed === null).map((each) => [each.id, each]));
  const ids = new Set(wanted.map(idOf));
  const opened = wanted
    .filter((each) => !open.has(idOf(each)))
    .map(
      (each): Draft => ({
        kind: 'finding.opened',
        subject: '',
        actor: 'sys',
        data: {
          ...each,
          finding: idOf(each),
          due: timestamp(new Date(now.getTime() + (DUE_DAYS[each.rule] ?? 1) * DAY_MS)),
        },
      }),
    );
  const closed = [...open.values()]
    .filter((each) => rules.includes(each.rule) && concerns(each) && !ids.has(each.id))
    .map(
      ({ id }): Draft => ({
        kind: 'finding.closed',
        subject: '',
        actor: 'sys',
        data: { finding: id, reason: 'it is no longer so' },
      }),
    );
  return [...opened, ...closed];
}

const labelOf = ({ label, attributes }: Observation): string =>
  typeof label === 'string' ? label : `a ${String(attributes.kind)}`;

/** Whether a decision by a person still stands. */
export const isDisposed = ({ disposed }: Observation, now: Date): boolean =>
  disposed !== undefined && disposed.until > timestamp(now);

/**
 * The anti-join: what the provider's own record says was made, against what was approved here. Approved is what belongs to a
 * declared identity, itself or as one with another.
 */
export const unapproved = (
  made: readonly Observation[],
  isApproved: (key: string) => boolean,
  now: Date,
): Wanted[] =>
  made
    .filter((row) => row.identity === undefined && !isApproved(row.key) && !isDisposed(row, now))
    .map((row) => ({
      rule: UNAPPROVED_MAKING,
      subject: row.key,
      title: `${labelOf(row)} was made outside the approved path, says ${String(row.attributes.creationSource ?? row.source)}`,
    }));

/** Partitions that were swept once and are not declared any more: nobody may take them for empty. */
export const missingPartitions = (
  sweeps: ReadonlyArray<Rows['sweep']>,
  source: string,
  declared: readonly string[],
): Wanted[] =>
  sweeps
    .filter(
      (sweep) => sweep.source === source && sweep.manifest !== null && !declared.includes(sweep.partition),
    )
    .map(({ partition }) => ({
      rule: PARTITION_MISSING,
      subject: `${source}/${partition}`,
      title: `${partition} of ${source} is no longer declared by the source; what was seen there still counts`,
    }));

export const overdue = (rows: readonly Observation[], now: Date): Wanted[] =>
  rows
    .filter((row) => row.present && row.disposed !== undefined && row.disposed.until <= timestamp(now))
    .map((row) => ({
      rule: RETIREMENT_OVERDUE,
      subject: row.key,
      title: `${labelOf(row)} was to be gone by ${row.disposed?.until.slice(0, 10)} and is still there`,
    }));
