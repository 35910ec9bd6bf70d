import { Readable } from 'node:stream';
import type { z } from '@hono/zod-openapi';
import type { Rows } from '#verifier';
import { adoptionProposal } from '../../discovery/index.ts';
import { MunimentError } from '../../kernel/index.ts';
import { knownOf, type When } from '../../store/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/inventory.ts';
import { actorOf } from '../env.ts';
import { checkRows, EXPORT_TYPES, exported } from '../export/observations.ts';
import { pageOfDifferences } from '../read/difference/queries.ts';
import { cursorOf, placeOf } from '../read/inventory/cursor.ts';
import { countObserved, type Filter, type Place, pageOfObservations } from '../read/inventory/queries.ts';
import { detailOf } from '../read/near/detail.ts';
import { mapAround } from '../read/near/map.ts';
import { briefOf, openAttributes, openingsOf, openLabel, viewObservations } from '../read/observations.ts';
import { keysBehind, postureAt } from '../read/posture.ts';
import { isPresent, type Moment, momentOf } from '../read/when.ts';
import { proposerOf } from './changes.ts';
import type { Rooms } from './rooms.ts';

const EXPORT_PAGE_ROWS = 1_000;

type Asked = Omit<
  z.output<(typeof contract.exportObservations)['request']['query']>,
  'format' | 'asOf' | 'knownAt'
>;

/** What the sweeps saw, read only. */
export function mountInventory(app: Api, rooms: Rooms): void {
  const { log, clock, database, discovery } = rooms;
  const { db } = database;

  const at = async (moment: Moment) => ({ known: await knownOf(db, moment.when), now: moment.now });
  const flag = (word: 'true' | 'false' | undefined) => (word === undefined ? undefined : word === 'true');

  async function filterOf(
    { finding, part, present, registered, administrator, ...rest }: Asked,
    moment: Moment,
  ) {
    const keys = finding && [...keysBehind(await postureAt(rooms, moment), finding, part)];
    const flags = {
      present: flag(present),
      registered: flag(registered),
      administrator: flag(administrator),
    };
    return { ...rest, ...flags, keys } satisfies Filter;
  }

  app.openapi(contract.listObservations, async (c) => {
    const { limit, cursor, sort, order, count, asOf, knownAt, ...asked } = c.req.valid('query');
    const moment = await momentOf(log, { asOf, knownAt }, clock.now());
    const filter = await filterOf(asked, moment);
    const page = { filter, sort, order, limit, ...(await at(moment)) };
    const after = cursor === undefined ? undefined : placeOf(cursor);
    const { rows, next } = await pageOfObservations(db, { ...page, after });
    const items = await viewObservations(
      log,
      rows.map(({ row }) => row),
      moment.now,
    );
    const total = count === 'true' && asked.q === undefined ? await countObserved(db, filter, page) : null;
    return c.json({ items, next: next && cursorOf(next), total }, 200);
  });

  /** INVARIANT: all of it is of one moment, however long the reading takes. */
  async function* pages(filter: Filter, moment: Moment) {
    const when: When = isPresent(moment) ? { knownAt: moment.size } : moment.when;
    const page = { filter, sort: 'key' as const, order: 'asc' as const, limit: EXPORT_PAGE_ROWS };
    const scene = { known: await knownOf(db, when), now: moment.now };
    for (let after: Place | undefined; ; ) {
      const { rows, next } = await pageOfObservations(db, { ...page, ...scene, after });
      yield await viewObservations(
        log,
        rows.map(({ row }) => row),
        moment.now,
      );
      if (next === null) return;
      after = next;
    }
  }

  app.openapi(contract.exportObservations, async (c) => {
    const { format, asOf, knownAt, ...asked } = c.req.valid('query');
    const moment = await momentOf(log, { asOf, knownAt }, clock.now());
    const filter = await filterOf(asked, moment);
    checkRows(format, await countObserved(db, filter, await at(moment)));
    const file = Readable.from(exported(format, pages(filter, moment)), { objectMode: false });
    return c.body(Readable.toWeb(file) as ReadableStream, 200, {
      'content-type': EXPORT_TYPES[format],
      'content-disposition': `attachment; filename="inventory.${format}"`,
    }) as never;
  });

  async function observed(key: string, when: When): Promise<Rows['observation']> {
    const row = await log.row('observation', key, when);
    if (row === undefined) throw new MunimentError('not_found', 'there is no such observation');
    return row;
  }

  app.openapi(contract.getObservation, async (c) => {
    const moment = await momentOf(log, c.req.valid('query'), clock.now());
    const row = await observed(c.req.valid('param').key, moment.when);
    return c.json(await detailOf(rooms, row, moment), 200);
  });

  app.openapi(contract.mapObservation, async (c) => {
    const moment = await momentOf(log, c.req.valid('query'), clock.now());
    const row = await observed(c.req.valid('param').key, moment.when);
    return c.json(await mapAround(rooms, row, moment), 200);
  });

  app.openapi(contract.diffObservations, async (c) => {
    const { from, to, limit, cursor, ...asked } = c.req.valid('query');
    const sizeOf = async (knownAt: string | undefined) =>
      (await momentOf(log, { knownAt }, clock.now())).size;
    const span = { from: await sizeOf(from), to: await sizeOf(to) };
    const after = cursor === undefined ? '' : placeOf(cursor).key;
    const rows = await pageOfDifferences(db, { ...asked, ...span, after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const openings = await openingsOf(
      log,
      shown.flatMap((row) => [row.before ?? [], row.after ?? []].flat()),
    );
    const said = (row: Rows['observation'] | null) =>
      row && { label: openLabel(row, openings), attributes: openAttributes(row, openings) };
    const items = shown.map(({ change, before, after: later }) => ({
      ...briefOf((later ?? before) as Rows['observation'], openings),
      ...{ present: later !== null, change, before: said(before), after: said(later) },
    }));
    const last = shown.at(-1);
    const next = rows.length > limit && last ? cursorOf({ value: last.key, key: last.key }) : null;
    return c.json({ ...span, items, next }, 200);
  });

  app.openapi(contract.getDocument, async (c) => {
    const document = await discovery.document(c.req.valid('param').digest);
    if (document === undefined) throw new MunimentError('not_found', 'no page is kept under this digest');
    // As it was hashed, byte for byte.
    return c.body(new Uint8Array(document), 200, { 'content-type': 'application/json' }) as never;
  });
}

/** What people decide on it. */
export function mountDecisions(app: Api, { log, clock, discovery, registry, changes }: Rooms): void {
  async function shown(entry: number, key: string) {
    const row = await log.row('observation', key);
    const [observation] =
      row === undefined ? [] : await viewObservations(log, [row], clock.now().toISOString());
    if (observation === undefined) throw new MunimentError('not_found', 'there is no such observation');
    return { entry, observation };
  }

  app.openapi(contract.claimObservation, async (c) => {
    const observation = c.req.valid('param').key;
    const { id: identity } = await registry.identity(c.req.valid('json').identity);
    const { entry } = await discovery.claim({ observation, identity, actor: actorOf(c.get('caller')) });
    return c.json(await shown(entry, observation), 200);
  });

  app.openapi(contract.disposeObservation, async (c) => {
    const observation = c.req.valid('param').key;
    const { until, ...decision } = c.req.valid('json');
    const { entry } = await discovery.dispose({
      ...{ observation, ...decision, until: new Date(until).toISOString() },
      actor: actorOf(c.get('caller')),
    });
    return c.json(await shown(entry, observation), 200);
  });

  app.openapi(contract.splitObservations, async (c) =>
    c.json(await discovery.split({ ...c.req.valid('json'), actor: actorOf(c.get('caller')) }), 200),
  );

  app.openapi(contract.adoptObservation, async (c) => {
    const observation = c.req.valid('param').key;
    const { name, reason = 'a sweep found it, and nobody had declared it', ...spec } = c.req.valid('json');
    const row = await log.row('observation', observation);
    if (row === undefined) throw new MunimentError('not_found', 'there is no such observation');
    if (!row.present) throw new MunimentError('conflict', 'it is gone: the last sweep no longer saw it');
    if (row.identity !== undefined) throw new MunimentError('conflict', 'it is claimed for an identity');
    const { change, planDigest, text, recorded } = await changes.propose({
      ...adoptionProposal({ observation, name, spec }),
      ...{ reason, proposer: proposerOf(c.get('caller'), false) },
    });
    return c.json({ change, planDigest, text, entry: recorded?.entry ?? -1 }, 200);
  });
}
