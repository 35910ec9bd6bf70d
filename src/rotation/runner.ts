import type { RotationPhase, RotationRun } from '#verifier';
import type { Seal } from '../crypto/index.ts';
import { type Clock, isMunimentError, MunimentError } from '../kernel/index.ts';
import type { Database, Draft, Log, Tx } from '../store/index.ts';
import type { Outcome, Rotator, RotatorPhase, Rotators, RunSecrets, Stage } from './contract.ts';
import { stallDrafts, unstalledDrafts } from './findings.ts';
import {
  FAILURES_MAX,
  isGraceOver,
  lookPause,
  mayAbandon,
  nextPhase,
  phasesOf,
  retryPause,
} from './model.ts';
import { getSealed, putSealed, removeSealed } from './queries.ts';

export interface RunnerOptions {
  log: Log;
  database: Database;
  seal: Seal;
  clock: Clock;
  rotators: Rotators;
  /** Told of each step that failed and will be tried again. */
  onFault(error: unknown): void;
}

const sealedName = (run: string): string => `rotation/${run}`;
const DETAIL_MAX_CHARACTERS = 500;

/** Only what we worded ourselves is told: a driver's own message could hold an address or worse. */
const wordsOf = (error: unknown): string =>
  (isMunimentError(error) ? error.message : 'an internal fault').slice(0, DETAIL_MAX_CHARACTERS);

/** Carries runs from phase to phase. What it does between two entries may be done again after a crash. */
export class Runner {
  readonly #log: Log;
  readonly #database: Database;
  readonly #seal: Seal;
  readonly #clock: Clock;
  readonly #rotators: Rotators;
  readonly #onFault: RunnerOptions['onFault'];
  /** Of runs whose last step failed; forgotten at a restart, which tries again at once. */
  readonly #failing = new Map<string, { failures: number; until: number }>();

  constructor({ log, database, seal, clock, rotators, onFault }: RunnerOptions) {
    this.#log = log;
    this.#database = database;
    this.#seal = seal;
    this.#clock = clock;
    this.#rotators = rotators;
    this.#onFault = onFault;
  }

  rotatorOf({ spec: { rotator } }: Pick<RotationRun, 'spec'>): Rotator {
    return this.#rotators[rotator] as unknown as Rotator;
  }

  /**
   * Goes on with a run as far as it can go now.
   * @returns in how many milliseconds to look again; null where the run is over
   */
  async advance(id: string): Promise<number | null> {
    for (;;) {
      const run = await this.#run(id);
      const phase = nextPhase(run, phasesOf(this.rotatorOf(run)));
      if (phase === undefined) return null;
      const held = this.#failing.get(id);
      if (held !== undefined && held.until > performance.now()) return held.until - performance.now();
      const pause = await this.#step(run, phase);
      if (pause !== 'on') return pause;
    }
  }

  async #run(id: string): Promise<RotationRun> {
    const run = await this.#log.row('rotation_run', id);
    if (run === undefined) throw new MunimentError('not_found', 'there is no such run');
    return run;
  }

  /** Tries one step; a failure is told and put off, never thrown: other runs have their turn. */
  async #step(run: RotationRun, phase: RotationPhase): Promise<'on' | number> {
    try {
      const pause = await this.#perform(run, phase);
      this.#failing.delete(run.id);
      return pause;
    } catch (error) {
      this.#onFault(error);
      return this.#failed(run, error);
    }
  }

  async #failed(run: RotationRun, error: unknown): Promise<number> {
    const failures = (this.#failing.get(run.id)?.failures ?? 0) + 1;
    const pause = retryPause(failures);
    this.#failing.set(run.id, { failures, until: performance.now() + pause });
    if (failures >= FAILURES_MAX && run.stalled === null)
      await this.#commit(run, stallDrafts(run, 'target-failing', wordsOf(error)));
    return pause;
  }

  async #perform(run: RotationRun, phase: RotationPhase): Promise<'on' | number> {
    if (phase === 'made') return this.#make(run);
    const secrets = await this.#secrets(run.id);
    if (phase === 'completed') return this.#complete(run);
    const stage: Stage = { run: run.id, spec: run.spec, secrets, now: this.#clock.now() };
    const step = this.rotatorOf(run).steps[phase as RotatorPhase];
    if (step === undefined) throw new MunimentError('internal', 'the rotator has no such step');
    return this.#settle(run, phase as RotatorPhase, secrets, await step(stage));
  }

  async #settle(run: RotationRun, phase: RotatorPhase, secrets: RunSecrets, outcome: Outcome) {
    const { detail } = outcome;
    if (outcome.state === 'blocked') return this.#stall(run, 'old-accepted', detail);
    const kept = outcome.marks === undefined ? undefined : { ...secrets, marks: outcome.marks };
    if (outcome.state === 'done') return this.#reached(run, phase, secrets, detail, kept);
    if (kept !== undefined) await this.#database.transaction((tx) => this.#keep(tx, run.id, kept));
    return isGraceOver(run, this.#clock.now())
      ? this.#stall(run, 'consumer-not-seen', detail)
      : this.#look(run);
  }

  #look(run: RotationRun): number {
    return lookPause(run, this.#clock.now());
  }

  async #stall(run: RotationRun, cause: 'old-accepted' | 'consumer-not-seen', detail: string) {
    if (run.stalled === null) await this.#commit(run, stallDrafts(run, cause, detail));
    return this.#look(run);
  }

  /** The secrets are sealed with the entry that names them, before anything is done with them. */
  async #make(run: RotationRun): Promise<'on'> {
    const secrets = await this.rotatorOf(run).make(run.spec, run.id);
    if (secrets.oldFingerprint !== run.old)
      throw new MunimentError('conflict', 'the secret in force is another than when the run began');
    return this.#reached(run, 'made', secrets, 'sealed until it is in place', secrets);
  }

  async #reached(
    run: RotationRun,
    phase: RotatorPhase | 'made',
    { oldFingerprint, newFingerprint }: RunSecrets,
    detail: string,
    kept: RunSecrets | undefined,
  ): Promise<'on'> {
    const data = {
      ...{ run: run.id, rotation: run.rotation, phase },
      ...{ old: oldFingerprint, new: newFingerprint, detail },
    };
    const drafts: Draft[] = [{ kind: 'rotation.phase', subject: run.identity, actor: 'sys', data }];
    const closing = unstalledDrafts(run, `the run went on: ${phase}`);
    await this.#commit(run, [...drafts, ...closing], (tx) =>
      kept === undefined ? Promise.resolve() : this.#keep(tx, run.id, kept),
    );
    return 'on';
  }

  async #complete(run: RotationRun): Promise<'on'> {
    await this.end(run, 'completed', 'sys', 'the old secret is dead, and both are forgotten here');
    return 'on';
  }

  /** @throws MunimentError `conflict` where the old secret is gone already, or whatever keeps it from coming back */
  async abandon(id: string, actor: string, reason: string): Promise<void> {
    const run = await this.#run(id);
    if (!mayAbandon(run))
      throw new MunimentError('conflict', 'the old secret is gone: the run can only go on');
    if (run.phase !== 'started') {
      const secrets = await this.#secrets(id);
      await this.rotatorOf(run).undo({ run: id, spec: run.spec, secrets, now: this.#clock.now() });
    }
    await this.end(run, 'abandoned', actor, reason);
  }

  async end(
    run: RotationRun,
    outcome: 'completed' | 'abandoned',
    actor: string,
    detail: string,
  ): Promise<void> {
    const { id, rotation, old } = run;
    const data = { run: id, rotation, outcome, old, new: run.new, detail };
    const drafts: Draft[] = [{ kind: 'rotation.ended', subject: run.identity, actor, data }];
    const closing = unstalledDrafts(
      run,
      outcome === 'completed' ? 'the run was completed' : 'the run was abandoned',
    );
    await this.#commit(run, [...drafts, ...closing], (tx) => removeSealed(tx, sealedName(id)));
    this.#failing.delete(id);
  }

  /** INVARIANT: entries of a run rest on the phase that it was in: of two who carried it on, one wins. */
  async #commit(run: RotationRun, drafts: Draft[], beside?: (tx: Tx) => Promise<void>): Promise<void> {
    await this.#log.commit({
      decide: (view) => {
        const standing = view.rows('rotation').get(run.rotation)?.run;
        if (standing?.id !== run.id || standing.phase !== run.phase)
          throw new MunimentError('conflict', 'the run was carried on elsewhere');
        return { drafts, result: undefined };
      },
      ...(beside === undefined ? {} : { beside }),
    });
  }

  #keep(tx: Tx, run: string, secrets: RunSecrets): Promise<void> {
    const name = sealedName(run);
    return putSealed(tx, name, this.#seal.seal(name, Buffer.from(JSON.stringify(secrets))));
  }

  async #secrets(run: string): Promise<RunSecrets> {
    const name = sealedName(run);
    const sealed = await getSealed(this.#database.db, name);
    if (sealed === undefined) throw new MunimentError('data_damaged', "the run's sealed secrets are gone");
    return JSON.parse(Buffer.from(this.#seal.open(name, sealed)).toString('utf8')) as RunSecrets;
  }
}
