import type { Rows } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { Handler } from '../../monitoring/index.ts';
import { type Api, sourceOf } from '../app.ts';
import * as contract from '../contract/monitoring.ts';
import { actorOf, type Caller } from '../env.ts';
import { viewAlert } from '../read/alerts.ts';
import { namesOf } from '../read/names.ts';
import { momentOf } from '../read/when.ts';
import type { Rooms } from './rooms.ts';

/** Operators handle every alert; anybody else must own the identity that it is about. */
const handlerOf = (caller: Caller): Handler => ({
  actor: actorOf(caller),
  mustOwn: caller.kind === 'person' && !caller.roles.includes('operator'),
});

export function mountMonitoring(app: Api, rooms: Rooms): void {
  const { log, clock, monitoring } = rooms;

  async function views(rows: Array<Rows['alert']>) {
    const view = await log.view();
    const owners = rows.flatMap(
      ({ identity }) => view.rows('identity').get(identity ?? '')?.spec.owner ?? [],
    );
    const people = rows.flatMap(({ identity, acknowledged, resolved }) =>
      [identity, acknowledged?.by, resolved?.by].filter((id) => id != null),
    );
    const names = await namesOf(log, [...owners, ...people]);
    return rows.map((row) => viewAlert(row, view, names));
  }

  app.openapi(contract.listAlerts, async (c) => {
    const { state, identity, ...asked } = c.req.valid('query');
    const { when } = await momentOf(log, asked, clock.now());
    const rows = (await log.rows('alert', when)).sort((a, b) => b.entry - a.entry);
    const items = (await views(rows))
      .filter((alert) => state === undefined || alert.state === state)
      .filter(
        (alert) => identity === undefined || [alert.identity?.id, alert.identity?.name].includes(identity),
      );
    return c.json({ items }, 200);
  });

  app.openapi(contract.getAlert, async (c) => {
    const row = await log.row('alert', c.req.valid('param').id);
    const [alert] = row === undefined ? [] : await views([row]);
    if (alert === undefined) throw new MunimentError('not_found', 'there is no such alert');
    return c.json(alert, 200);
  });

  app.openapi(contract.acknowledgeAlert, async (c) =>
    c.json(await monitoring.acknowledge(c.req.valid('param').id, handlerOf(c.get('caller'))), 200),
  );

  app.openapi(contract.resolveAlert, async (c) => {
    const by = handlerOf(c.get('caller'));
    return c.json(await monitoring.resolve(c.req.valid('param').id, c.req.valid('json'), by), 200);
  });

  app.openapi(contract.listDetectors, async (c) => c.json({ items: await log.rows('detector') }, 200));

  app.openapi(contract.testDetectors, async (c) => {
    await monitoring.drill();
    await monitoring.watch();
    return c.json({ items: await log.rows('detector') }, 200);
  });

  mountExchange(app, rooms);
}

/** What comes in from sources and goes out to a SIEM. */
function mountExchange(app: Api, { monitoring, exporter, attempts }: Rooms): void {
  app.openapi(contract.ingestEvents, async (c) => {
    attempts.check(sourceOf(c));
    return c.json(await monitoring.ingest(c.req.valid('json')), 200);
  });

  app.openapi(contract.runExport, async (c) =>
    c.json(await exporter.run(c.req.valid('json').destination), 200),
  );

  app.openapi(contract.checkExport, async (c) => {
    const { destination, received } = c.req.valid('json');
    return c.json(await exporter.check(destination, received), 200);
  });
}
