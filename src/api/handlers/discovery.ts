import type { Commitment, ObservedValue, Rows } from '#verifier';
import type { Log, Opening } from '../../store/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/discovery.ts';
import { actorOf } from '../env.ts';
import { momentOf } from '../read/when.ts';
import type { Rooms } from './rooms.ts';

export function mountDiscovery(app: Api, { log, clock, discovery }: Rooms): void {
  app.openapi(contract.runSweep, async (c) => {
    const result = await discovery.sweep(c.req.valid('json').source, actorOf(c.get('caller')));
    return c.json(viewSweep(result), 200);
  });

  app.openapi(contract.listSweeps, async (c) => {
    const { when } = await momentOf(log, c.req.valid('query'), clock.now());
    return c.json({ items: (await log.rows('sweep', when)).map(viewSweep) }, 200);
  });

  app.openapi(contract.listObservations, async (c) => {
    const { class: wanted, present, q, limit, cursor } = c.req.valid('query');
    const rows = (await log.rows('observation'))
      .filter((row) => wanted === undefined || row.class === wanted)
      .filter((row) => present === undefined || row.present === (present === 'true'))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const views = (await viewObservations(log, rows)).filter((view) => q === undefined || mentions(view, q));
    const rest = views.filter(({ key }) => cursor === undefined || key > cursor);
    const items = rest.slice(0, limit);
    return c.json({ items, next: rest.length > limit ? (items.at(-1)?.key ?? null) : null }, 200);
  });
}

export const viewSweep = (row: Rows['sweep']) => ({
  sweep: row.sweep,
  source: row.source,
  connector: row.connector,
  partition: row.partition,
  scope: row.scope,
  items: row.items,
  verdict: row.verdict,
  why: row.why,
  denied: row.denied,
  errors: row.errors,
  started: row.started,
  ended: row.ended,
  entry: row.entry,
});

const isCommitment = (value: ObservedValue): value is Commitment =>
  typeof value === 'object' && value !== null && 'commitment' in value;

async function viewObservations(log: Log, rows: Array<Rows['observation']>) {
  const values = rows.flatMap(({ label, attributes }) => [label, ...Object.values(attributes)]);
  const openings = await log.open(values.filter(isCommitment).map(({ commitment }) => commitment));
  return rows.map((row) => ({
    key: row.key,
    source: row.source,
    class: row.class,
    label: opened(row.label, openings) as string | null,
    attributes: Object.fromEntries(
      Object.entries(row.attributes).map(([name, value]) => [name, opened(value, openings)]),
    ),
    present: row.present,
    firstSeen: row.firstSeen,
    lastChanged: row.lastChanged,
    entry: row.entry,
  }));
}

/** Null where a personal value was erased. */
const opened = (value: ObservedValue, openings: ReadonlyMap<string, Opening>) =>
  isCommitment(value) ? (openings.get(value.commitment)?.value ?? null) : value;

const mentions = ({ label, attributes }: { label: string | null; attributes: object }, q: string): boolean =>
  `${label} ${JSON.stringify(attributes)}`.toLowerCase().includes(q.toLowerCase());
