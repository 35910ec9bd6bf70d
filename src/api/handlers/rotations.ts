import { rotationTarget } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import { type RotationView, wakeRotation } from '../../rotation/index.ts';
import type { Log } from '../../store/index.ts';
import type { Api } from '../app.ts';
import * as contract from '../contract/rotations.ts';
import { actorOf } from '../env.ts';
import { namesOf, refOf } from '../read/names.ts';
import { momentOf } from '../read/when.ts';
import type { Rooms } from './rooms.ts';

export function mountRotations(app: Api, { log, clock, jobs, rotation }: Rooms): void {
  app.openapi(contract.listRotations, async (c) => {
    const { when } = await momentOf(log, c.req.valid('query'), clock.now());
    const standing = (await rotation.list(when)).filter(({ rotation: { retired } }) => !retired);
    return c.json({ items: await viewRotations(log, standing) }, 200);
  });

  app.openapi(contract.planRotation, async (c) => c.json(await rotation.plan(c.req.valid('param').id), 200));

  app.openapi(contract.startRotation, async (c) => {
    const { early } = c.req.valid('json');
    const started = await rotation.start({
      name: c.req.valid('param').id,
      early,
      actor: actorOf(c.get('caller')),
    });
    await wakeRotation(jobs, started.run);
    return c.json(started, 200);
  });

  app.openapi(contract.abandonRotation, async (c) => {
    const { id: name } = c.req.valid('param');
    const { reason } = c.req.valid('json');
    await rotation.abandon({ name, reason, actor: actorOf(c.get('caller')) });
    const [view] = await viewRotations(
      log,
      (await rotation.list()).filter(({ rotation: row }) => row.id === name || row.name === name),
    );
    if (view === undefined) throw new MunimentError('not_found', 'the rotation is gone');
    return c.json(view, 200);
  });
}

async function viewRotations(log: Log, views: readonly RotationView[]) {
  const names = await namesOf(
    log,
    views.map(({ rotation: { spec } }) => spec.identity),
  );
  return views.map(({ rotation: { id, name, spec, rotated, entry }, due, run }) => ({
    id,
    name: String(name),
    identity: refOf(names, spec.identity),
    observation: spec.observation ?? null,
    rotator: spec.rotator,
    target: rotationTarget(spec),
    intervalDays: spec.intervalDays,
    graceHours: spec.graceHours,
    noticeDays: spec.noticeDays,
    due,
    rotated,
    run: run === null ? null : viewRun(run),
    entry,
  }));
}

const viewRun = ({ rotation, identity, spec, target, ...run }: NonNullable<RotationView['run']>) => run;
