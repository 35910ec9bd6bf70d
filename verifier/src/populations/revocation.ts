import { killed } from '../tests/killed.ts';
import type { Probe, Rows } from '../words/index.ts';
import { type Facts, joined } from './facts.ts';
import { define } from './population.ts';

type Lock = Rows['lock'];

/** Locks that were placed, lifted or in force within the period. */
const locksOf = ({ input }: Facts): Lock[] =>
  [...input.closing.tables.lock.values()]
    .filter(({ lifted }) => lifted === null || lifted >= input.period.from)
    .sort((a, b) => a.entry - b.entry);

const tries = new WeakMap<Facts, ReadonlyMap<string, Probe[]>>();

function probesOf({ id }: Lock, facts: Facts): Probe[] {
  const { probe } = facts.input.closing.tables;
  const byLock =
    tries.get(facts) ??
    new Map(
      [...Map.groupBy(probe.values(), ({ lock }) => lock)].map(([lock, rows]) => [
        lock,
        rows.flatMap(({ probes }) => probes),
      ]),
    );
  tries.set(facts, byLock);
  return byLock.get(id) ?? [];
}

const targetName = ({ target }: Lock, facts: Facts): string => {
  const tables = {
    identity: 'identity',
    trust: 'trust',
    application: 'application',
    owner: 'person',
  } as const;
  const table = tables[target.kind as keyof typeof tables];
  return table ? facts.nameOf(table, target.id) : '';
};

const count = (lock: Lock, facts: Facts, outcome: Probe['outcome']): number =>
  probesOf(lock, facts).filter((probe) => probe.outcome === outcome).length;

const slowest = (lock: Lock, facts: Facts): number | null => {
  const times = probesOf(lock, facts).flatMap(({ outcome, latencyMs }) =>
    outcome === 'REFUSED' && latencyMs !== null ? [latencyMs] : [],
  );
  return times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b));
};

/** A relying party that ignores revocation goes on accepting until then. */
function deadForAll(lock: Lock, facts: Facts): string | null {
  const ends = killed(lock, facts.input, facts.history).map(({ credential }) => credential.notAfter);
  return ends.sort().at(-1) ?? null;
}

export const locks = define<Lock>({
  question: 'What was taken away, by whom and why, and when was it dead?',
  filter: 'every lock placed before the end of the period and not lifted before its start',
  order: 'by entry',
  columns: [
    ['lock', 'id', ({ id }) => id],
    ['entry', 'index of the entry that placed it', ({ entry }) => entry],
    ['placed', 'when', ({ placed }) => placed],
    ['by', 'id of who placed it', ({ actor }) => actor],
    ['by_name', 'their name, or its commitment', ({ actor }, facts) => facts.nameOf('person', actor)],
    ['reason', 'as given', ({ reason }) => reason],
    ['target_kind', 'what it holds', ({ target }) => target.kind],
    ['target', 'its id', ({ target }) => target.id],
    ['target_name', 'its name', targetName],
    ['lifted', 'when; empty while it holds. What was granted before stays dead', ({ lifted }) => lifted],
    [
      'credentials',
      'entries of the live credentials that it killed, as far as this package holds them',
      (lock, { input, history }) => joined(killed(lock, input, history).map(({ entry }) => entry)),
    ],
    ['refused', 'tries in the period that were refused', (lock, facts) => count(lock, facts, 'REFUSED')],
    [
      'accepted',
      'tries that were accepted: each is a failure',
      (lock, facts) => count(lock, facts, 'ACCEPTED'),
    ],
    ['not_tried', 'points that could not be tried', (lock, facts) => count(lock, facts, 'NOT_EVALUABLE')],
    ['slowest_refusal_ms', 'longest time from lock to observed refusal', slowest],
    ['ends_everywhere', 'when the last of them ends even where revocation is ignored', deadForAll],
  ],
  items: locksOf,
});

interface Tried {
  row: Rows['probe'];
  probe: Probe;
}

const plus = (time: string, milliseconds: number): string =>
  new Date(Date.parse(time) + milliseconds).toISOString();

function deadAt({ row, probe }: Tried, { input }: Facts): string | null {
  const lock = input.closing.tables.lock.get(row.lock);
  if (probe.outcome !== 'REFUSED' || probe.latencyMs === null || lock === undefined) return null;
  return plus(lock.placed, probe.latencyMs);
}

export const probes = define<Tried>({
  question: 'Where was a dead credential tried, and what came of it?',
  filter: 'every try recorded in the period',
  order: 'by entry, then as recorded',
  columns: [
    ['entry', 'index of the entry that holds it', ({ row }) => row.entry],
    ['recorded', 'when', ({ row }) => row.recorded],
    ['lock', 'id of the lock that it proves', ({ row }) => row.lock],
    ['point', 'where it was tried', ({ probe }) => probe.point],
    [
      'credential',
      'entry of the credential; empty where the point was tried as a whole',
      ({ probe }) => probe.credential,
    ],
    ['outcome', '`REFUSED`, `ACCEPTED` or `NOT_EVALUABLE`', ({ probe }) => probe.outcome],
    ['latency_ms', 'from the lock to the observed refusal', ({ probe }) => probe.latencyMs],
    ['dead_at', 'moment of the observed refusal', deadAt],
    ['detail', 'what was seen', ({ probe }) => probe.detail],
  ],
  items: ({ input }) =>
    [...input.closing.tables.probe.values()]
      .sort((a, b) => a.entry - b.entry)
      .flatMap((row) => row.probes.map((probe) => ({ row, probe }))),
});
