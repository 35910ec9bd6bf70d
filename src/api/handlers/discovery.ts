import type { Discovery } from '../../discovery/index.ts';
import { MunimentError } from '../../kernel/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/discovery.ts';
import { getPosture } from '../contract/posture.ts';
import { actorOf } from '../env.ts';
import { namesOf, refOf } from '../read/names.ts';
import { postureAt } from '../read/posture.ts';
import { viewProgress, viewSweep } from '../read/sources.ts';
import { momentOf } from '../read/when.ts';
import type { Rooms } from './rooms.ts';

const progressOf = (discovery: Discovery, source: string) =>
  discovery.running().find((progress) => progress.source === source);

/** Sweeps, and what they say of the whole. */
export function mountDiscovery(app: Api, rooms: Rooms): void {
  const { log, clock, discovery, onFault } = rooms;

  app.openapi(contract.runSweep, async (c) => {
    const { source } = c.req.valid('json');
    const actor = actorOf(c.get('caller'));
    if (c.req.valid('query').wait === 'false') {
      // What is refused is refused at once; from there on the sweep tells of itself in its record.
      await discovery.source(source);
      if (progressOf(discovery, source) !== undefined)
        throw new MunimentError('sweep_running', `a sweep of \`${source}\` is under way`);
      discovery.sweep(source, actor).catch(onFault);
      const progress = progressOf(discovery, source);
      if (progress === undefined) throw new MunimentError('internal', 'the sweep did not begin');
      return c.json(viewProgress(progress), 202);
    }
    return c.json({ items: (await discovery.sweep(source, actor)).map(viewSweep) }, 200);
  });

  app.openapi(contract.listSweeps, async (c) => {
    const { source, ...asked } = c.req.valid('query');
    const { when } = await momentOf(log, asked, clock.now());
    const rows = (await log.rows('sweep', when)).filter(
      (row) => source === undefined || row.source === source,
    );
    return c.json({ items: rows.map(viewSweep) }, 200);
  });

  app.openapi(contract.listRunningSweeps, (c) =>
    c.json({ items: discovery.running().map(viewProgress) }, 200),
  );

  app.openapi(contract.cancelSweep, (c) => {
    const { source } = c.req.valid('param');
    if (!discovery.cancel(source))
      throw new MunimentError('not_found', `no sweep of \`${source}\` is under way here`);
    return c.body(null, 204);
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
