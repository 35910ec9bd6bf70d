import type { Commitment, ObservedValue, Rows } from '#verifier';
import type { Log, Opening } from '../../store/index.ts';
import { type Names, namesOf, refOf, refOrNull } from './names.ts';

/** What sweeps saw, with its personal values opened. */

type Observation = Rows['observation'];
export type OpenValue = Exclude<ObservedValue, Commitment>;
type Openings = ReadonlyMap<string, Opening>;

const isCommitment = (value: ObservedValue): value is Commitment =>
  typeof value === 'object' && value !== null && 'commitment' in value;

const commitmentsIn = ({ label, attributes }: Pick<Observation, 'label' | 'attributes'>): string[] =>
  [label, ...Object.values(attributes)].filter(isCommitment).map(({ commitment }) => commitment);

/** Openings of every personal value of these, where they are kept. */
export const openingsOf = (
  log: Log,
  rows: Array<Pick<Observation, 'label' | 'attributes'>>,
): Promise<Openings> => log.open(rows.flatMap(commitmentsIn));

/** Null where a personal value was erased. */
const opened = (value: ObservedValue, openings: Openings): OpenValue =>
  isCommitment(value) ? (openings.get(value.commitment)?.value ?? null) : value;

export const openLabel = ({ label }: Pick<Observation, 'label'>, openings: Openings): string | null =>
  opened(label, openings) as string | null;

export const openAttributes = (
  { attributes }: Pick<Observation, 'attributes'>,
  openings: Openings,
): Record<string, OpenValue> =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, opened(value, openings)]));

function viewDisposed(disposed: Observation['disposed'], names: Names, now: string) {
  if (disposed === undefined) return null;
  const { disposition, reason, until, by, time } = disposed;
  const lapsed = disposition === 'dismissed' && until <= now;
  return { disposition, reason, until, lapsed, by: refOf(names, by), time };
}

/** `now`: RFC 3339 in UTC with milliseconds; a decision lapses by it. */
export async function viewObservations(log: Log, rows: Observation[], now: string) {
  const [openings, names] = await Promise.all([
    openingsOf(log, rows),
    namesOf(
      log,
      rows.flatMap(({ identity, disposed }) => [identity ?? [], disposed?.by ?? []].flat()),
    ),
  ]);
  return rows.map((row) => ({
    key: row.key,
    source: row.source,
    partition: row.partition,
    class: row.class,
    label: openLabel(row, openings),
    attributes: openAttributes(row, openings),
    present: row.present,
    firstSeen: row.firstSeen,
    lastChanged: row.lastChanged,
    identity: refOrNull(names, row.identity),
    disposed: viewDisposed(row.disposed, names, now),
    entry: row.entry,
  }));
}

export type ObservationView = Awaited<ReturnType<typeof viewObservations>>[number];

/** As much of one as a list of neighbours needs. */
export const briefOf = (row: Observation, openings: Openings) => ({
  key: row.key,
  source: row.source,
  class: row.class,
  kind: typeof row.attributes.kind === 'string' ? row.attributes.kind : null,
  label: openLabel(row, openings),
  present: row.present,
});
