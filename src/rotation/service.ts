import { type EntryData, type RotationPhase, type RotationRun, type Rows, rotationTarget } from '#verifier';
import type { Seal } from '../crypto/index.ts';
import { type Clock, MunimentError, newId, systemClock } from '../kernel/index.ts';
import type { Database, Draft, Log, Receipt, View, When } from '../store/index.ts';
import type { Rotators } from './contract.ts';
import { noticeDrafts } from './findings.ts';
import { dueAt, isDue, phasesOf } from './model.ts';
import { checkObserved } from './observed.ts';
import { createPostgresPasswordRotator } from './rotators/postgres-password.ts';
import { createSshKeyRotator } from './rotators/ssh-key.ts';
import { Runner } from './runner.ts';

export interface RotationOptions {
  log: Log;
  database: Database;
  seal: Seal;
  /** 32 bytes: passwords are told apart by a digest under it. */
  fingerprintKey: Uint8Array;
  /** How a sweep tells of a secret, for rotations of what one found. */
  sweptFingerprint(secret: string): string;
  clock?: Clock;
  onFault?(error: unknown): void;
}

export interface RotationView {
  rotation: Rows['rotation'];
  due: string;
  /** The run under way, or else the last one. */
  run: RotationRun | null;
}

export interface RotationPlan {
  rotation: string;
  due: string;
  /** True where `rotate` without force would start now. */
  starts: boolean;
  old: string;
  steps: Array<{ phase: RotationPhase; what: string }>;
}

export interface StartedRun {
  run: string;
  entry: number;
  receipt: Receipt;
}

export interface Rotation {
  list(when?: When): Promise<RotationView[]>;
  /** What a run would do, and what holds now. Reads files; changes nothing and asks no server. Throws as `start` does. */
  plan(name: string): Promise<RotationPlan>;
  /**
   * Starts a run. With `early` before it is due, too. Throws `not_found`; `conflict` where one of the same target is under way,
   * it is not due, its identity does not stand, or the secret cannot be read; `observation_mismatch` where that is not what it names.
   */
  start(request: { name: string; early: boolean; actor: string; cause?: 'schedule' }): Promise<StartedRun>;
  /** Puts the old secret back in force and ends the run. Throws `not_found`; `conflict` once the old one was removed. */
  abandon(request: { name: string; reason: string; actor: string }): Promise<void>;
  /** Starts what is due, and opens and closes notices. One that cannot start is told of and does not keep the others. */
  startDue(): Promise<string[]>;
  /** Carries all runs on. @returns milliseconds until the next look; null where nothing is under way */
  round(): Promise<number | null>;
}

export const createRotation = (options: RotationOptions): Rotation => new RotationService(options);

class RotationService implements Rotation {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #rotators: Rotators;
  readonly #runner: Runner;
  readonly #onFault: (error: unknown) => void;
  /** Runs are moved by one call at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ clock = systemClock, onFault = () => undefined, ...rest }: RotationOptions) {
    const { fingerprintKey, sweptFingerprint } = rest;
    this.#log = rest.log;
    this.#clock = clock;
    this.#onFault = onFault;
    this.#rotators = {
      'ssh-key': createSshKeyRotator(),
      'postgres-password': createPostgresPasswordRotator(fingerprintKey, sweptFingerprint),
    };
    this.#runner = new Runner({ ...rest, clock, onFault, rotators: this.#rotators });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async list(when: When = {}): Promise<RotationView[]> {
    const runs = await this.#log.rows('rotation_run', when);
    return (await this.#log.rows('rotation', when))
      .map((rotation) => ({ rotation, due: dueAt(rotation), run: latest(runs, rotation.id) }))
      .sort((a, b) => (String(a.rotation.name) < String(b.rotation.name) ? -1 : 1));
  }

  async plan(name: string): Promise<RotationPlan> {
    const rotation = standing(await this.#log.view(), name);
    const rotator = this.#runner.rotatorOf(rotation);
    const old = await this.#inForce(rotation);
    const now = this.#clock.now();
    return {
      rotation: rotation.id,
      due: dueAt(rotation),
      starts: rotation.run === null && isDue(rotation, now),
      old,
      steps: rotator.describe(rotation.spec).filter(({ phase }) => phasesOf(rotator).includes(phase)),
    };
  }

  async start({ name, early, actor, cause }: Parameters<Rotation['start']>[0]): Promise<StartedRun> {
    const seen = standing(await this.#log.view(), name);
    checkStart(await this.#log.view(), seen, early ? null : this.#clock.now());
    const old = await this.#inForce(seen);
    const run = newId('run');
    const committed = await this.#log.commit({
      decide: (view, now) => {
        const rotation = standing(view, name);
        checkStart(view, rotation, early ? null : now);
        if (rotation.entry !== seen.entry)
          throw new MunimentError('conflict', 'the rotation was changed meanwhile');
        return {
          drafts: [startDraft(rotation, { run, old, actor, cause: cause ?? 'person' })],
          result: undefined,
        };
      },
    });
    const entry = committed.appended[0]?.index as number;
    return { run, entry, receipt: committed.receipt(0) };
  }

  /** Fingerprint of what a run would replace, once that is what the rotation was declared for. */
  async #inForce({ id, spec }: Rows['rotation']): Promise<string> {
    const rotator = this.#runner.rotatorOf({ spec });
    const inForce = await rotator.inspect(spec);
    if (spec.observation === undefined) return inForce;
    checkObserved(spec, {
      observation: await this.#log.row('observation', spec.observation),
      last: latest(await this.#log.rows('rotation_run'), id),
      inForce,
      swept: await rotator.swept(spec),
    });
    return inForce;
  }

  abandon({ name, reason, actor }: Parameters<Rotation['abandon']>[0]): Promise<void> {
    return this.#inTurn(async () => {
      const { run } = standing(await this.#log.view(), name);
      if (run === null) throw new MunimentError('conflict', `no run of \`${name}\` is under way`);
      await this.#runner.abandon(run.id, actor, reason);
    });
  }

  async startDue(): Promise<string[]> {
    const started: string[] = [];
    for (const rotation of await this.#due()) {
      try {
        const { run } = await this.start({
          name: String(rotation.name),
          early: false,
          actor: 'sys',
          cause: 'schedule',
        });
        started.push(run);
      } catch (error) {
        this.#onFault(error);
      }
    }
    await this.#notice();
    return started;
  }

  async #due(): Promise<Array<Rows['rotation']>> {
    const now = this.#clock.now();
    const all = [...(await this.#log.view()).rows('rotation').values()];
    return all.filter((rotation) => !rotation.retired && rotation.run === null && isDue(rotation, now));
  }

  async #notice(): Promise<void> {
    const known = await this.#log.rows('finding');
    const draftsFor = (view: View, now: Date): Draft[] =>
      noticeDrafts([...view.rows('rotation').values()], known, now);
    if (draftsFor(await this.#log.view(), this.#clock.now()).length === 0) return;
    await this.#log.commit({ decide: (view, now) => ({ drafts: draftsFor(view, now), result: undefined }) });
  }

  round(): Promise<number | null> {
    return this.#inTurn(async () => {
      const running = [...(await this.#log.view()).rows('rotation').values()].flatMap(
        ({ run }) => run?.id ?? [],
      );
      const pauses: number[] = [];
      for (const run of running) {
        const pause = await this.#runner.advance(run).catch(this.#put);
        if (pause !== null) pauses.push(pause);
      }
      return pauses.length === 0 ? null : Math.min(...pauses);
    });
  }

  /** Storage failed, or another replica carries the run on: it is looked at again. */
  readonly #put = (error: unknown): number => {
    this.#onFault(error);
    return AGAIN_MILLISECONDS;
  };
}

const AGAIN_MILLISECONDS = 5_000;

function latest(runs: readonly RotationRun[], rotation: string): RotationRun | null {
  const own = runs.filter((run) => run.rotation === rotation);
  return own.reduce<RotationRun | null>(
    (last, run) => (last === null || run.entry > last.entry ? run : last),
    null,
  );
}

function standing(view: View, name: string): Rows['rotation'] {
  const rotation = view.named('rotation', name) ?? view.rows('rotation').get(name);
  if (rotation === undefined || rotation.retired)
    throw new MunimentError('not_found', `there is no rotation \`${name.slice(0, 64)}\``);
  return rotation;
}

/** `dueBy` null: whether it is due or not. Also a retired rotation may still have a run at the same target. */
function checkStart(view: View, rotation: Rows['rotation'], dueBy: Date | null): void {
  const target = rotationTarget(rotation.spec);
  const busy = [...view.rows('rotation').values()].some(({ run }) => run?.target === target);
  if (busy) throw new MunimentError('conflict', 'a run of the same target is under way');
  const identity = view.rows('identity').get(rotation.spec.identity);
  if (identity === undefined || identity.retired || identity.state === 'retired')
    throw new MunimentError('conflict', 'its identity does not stand');
  if (dueBy !== null && !isDue(rotation, dueBy))
    throw new MunimentError('conflict', `it is not due before ${dueAt(rotation)}`);
}

type Begin = Pick<EntryData['rotation.started'], 'run' | 'old' | 'cause'> & { actor: string };

function startDraft(rotation: Rows['rotation'], { actor, ...begin }: Begin): Draft {
  const { id, spec } = rotation;
  const data = { ...begin, rotation: id, spec, target: rotationTarget(spec), due: dueAt(rotation) };
  return { kind: 'rotation.started', subject: spec.identity, actor, data };
}
