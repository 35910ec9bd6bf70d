import type { Commitment, ObservedValue, Rows } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { Log, Opening } from '../../store/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/discovery.ts';
import { getPosture } from '../contract/posture.ts';
import { actorOf } from '../env.ts';
import { namesOf, refOf, refOrNull } from '../read/names.ts';
import { keysBehind, postureAt } from '../read/posture.ts';
import { momentOf } from '../read/when.ts';
import type { Rooms } from './rooms.ts';

export function mountDiscovery(app: Api, rooms: Rooms): void {
  const { log, clock, discovery, registry } = rooms;

  app.openapi(contract.runSweep, async (c) => {
    const results = await discovery.sweep(c.req.valid('json').source, actorOf(c.get('caller')));
    return c.json({ items: results.map(viewSweep) }, 200);
  });

  app.openapi(contract.listSweeps, async (c) => {
    const { when } = await momentOf(log, c.req.valid('query'), clock.now());
    return c.json({ items: (await log.rows('sweep', when)).map(viewSweep) }, 200);
  });

  app.openapi(contract.listObservations, async (c) => {
    const { class: wanted, present, q, limit, cursor, finding, part, ...asked } = c.req.valid('query');
    const moment = await momentOf(log, asked, clock.now());
    const behind = finding && keysBehind(await postureAt(rooms, moment), finding, part);
    const rows = (await log.rows('observation', moment.when))
      .filter((row) => behind === undefined || behind.has(row.key))
      .filter((row) => wanted === undefined || row.class === wanted)
      .filter((row) => present === undefined || row.present === (present === 'true'))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const views = (await viewObservations(log, rows)).filter((view) => q === undefined || mentions(view, q));
    const rest = views.filter(({ key }) => cursor === undefined || key > cursor);
    const items = rest.slice(0, limit);
    return c.json({ items, next: rest.length > limit ? (items.at(-1)?.key ?? null) : null }, 200);
  });

  app.openapi(contract.claimObservation, async (c) => {
    const observation = c.req.valid('param').key;
    const { id } = await registry.identity(c.req.valid('json').identity);
    const { entry } = await discovery.claim({
      observation,
      identity: id,
      actor: actorOf(c.get('caller')),
    });
    const row = await log.row('observation', observation);
    const [view] = row === undefined ? [] : await viewObservations(log, [row]);
    if (view === undefined) throw new MunimentError('not_found', 'there is no such observation');
    return c.json({ entry, observation: view }, 200);
  });

  app.openapi(getPosture, async (c) => {
    const answers = await postureAt(rooms, await momentOf(log, c.req.valid('query'), clock.now()));
    const names = await namesOf(
      log,
      answers.flatMap(({ identities }) => identities),
    );
    const items = answers.map((answer) => ({
      ...answer,
      identities: answer.identities.map((id) => refOf(names, id)),
    }));
    return c.json({ items }, 200);
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
  const names = await namesOf(
    log,
    rows.flatMap(({ identity }) => identity ?? []),
  );
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
    identity: refOrNull(names, row.identity),
    entry: row.entry,
  }));
}

/** Null where a personal value was erased. */
const opened = (value: ObservedValue, openings: ReadonlyMap<string, Opening>) =>
  isCommitment(value) ? (openings.get(value.commitment)?.value ?? null) : value;

const mentions = ({ label, attributes }: { label: string | null; attributes: object }, q: string): boolean =>
  `${label} ${JSON.stringify(attributes)}`.toLowerCase().includes(q.toLowerCase());
