import { randomBytes } from 'node:crypto';
import type { IdentitySpec, ResourceKind, ResourceSpecs, RotationSpec, Rows } from '#verifier';
import { testSigner } from '../../../test/support/log-signer.ts';
import { sealWith } from '../../crypto/index.ts';
import { manualClock } from '../../kernel/index.ts';
import { type Database, type Draft, type Log, openDatabase, openLog } from '../../store/index.ts';
import { createRotation, type Rotation } from '../index.ts';

/** A real log in memory with one identity, for tests of rotation. */
export interface House {
  database: Database;
  log: Log;
  clock: ReturnType<typeof manualClock>;
  rotation: Rotation;
  faults: string[];
  declare(name: string, spec: RotationSpec): Promise<void>;
  run(name: string): Promise<Rows['rotation_run']>;
  /** Another process over the same data: all that was in memory is gone. */
  restarted(): Rotation;
  /** A process that is killed once it has done what `phase` stands for, before the entry is written. */
  dyingAt(phase: string): { rotation: Rotation; died(): boolean };
  close(): Promise<void>;
}

export const IDENTITY = 'idn_deploy';

const OWNER = {
  displayName: { commitment: '0'.repeat(64) },
  roles: [],
  keys: [],
  status: 'active' as const,
};

/** Stands for how a sweep tells of a password. */
export const sweptFingerprint = (secret: string): string => `swept:${secret.length}:${secret.at(0)}`;

const SPEC: IdentitySpec = {
  kind: 'service-account',
  purpose: 'deploys',
  application: 'app_shop',
  owner: 'per_olga',
  profile: 'prf_none',
  environment: 'test',
  spiffePath: '/shop/deploy',
};

export const declared = <K extends ResourceKind>(
  kind: K,
  id: string,
  name: string,
  spec: ResourceSpecs[K],
): Draft => ({
  kind: 'resource.declared',
  subject: id,
  actor: 'sys',
  data: { kind, id, name, spec, change: null, bootstrap: true },
});

export async function openHouse(): Promise<House> {
  const database = await openDatabase({ memory: true });
  const clock = manualClock(new Date());
  const log = await openLog({ database, signer: testSigner(), clock });
  const faults: string[] = [];
  const [seal, fingerprintKey] = [sealWith(randomBytes(32), 'a key of this test'), randomBytes(32)];
  const onFault = (error: unknown) => void faults.push((error as Error).message);
  const make = (over: Log = log) =>
    createRotation({ log: over, database, seal, fingerprintKey, sweptFingerprint, clock, onFault });
  await log.append([
    declared('Person', 'per_olga', 'olga', OWNER),
    declared('Identity', IDENTITY, 'deploy', SPEC),
  ]);
  return {
    ...{ database, log, clock, faults, rotation: make(), restarted: () => make() },
    declare: async (name, spec) => void (await log.append([declared('Rotation', `rot_${name}`, name, spec)])),
    dyingAt(phase) {
      const dying = dyingLog(log, clock, phase);
      return { rotation: make(dying.log), died: dying.died };
    },
    async run(name) {
      const { run } = (await make().list()).find(({ rotation }) => rotation.name === name) ?? {};
      if (!run) throw new Error(`no run of ${name}`);
      return run;
    },
    async close() {
      await log.close();
      await database.close();
    },
  };
}

const reachesPhase = ({ kind, data }: Draft, phase: string): boolean =>
  (kind === 'rotation.phase' && data.phase === phase) || (kind === 'rotation.ended' && phase === 'completed');

function dyingLog(log: Log, clock: House['clock'], phase: string) {
  let dead = false;
  const commit: Log['commit'] = async (work) => {
    const { drafts } = work.decide(await log.view(), clock.now());
    dead ||= drafts.some((draft) => reachesPhase(draft, phase));
    if (dead) throw new Error('killed');
    return log.commit(work);
  };
  const get = (target: Log, name: keyof Log) => {
    if (name === 'commit') return commit;
    const value = target[name];
    return typeof value === 'function' ? value.bind(target) : value;
  };
  return { log: new Proxy(log, { get: get as ProxyHandler<Log>['get'] & {} }), died: () => dead };
}

export const phasesIn = ({ phases }: Rows['rotation_run']): string[] => phases.map(({ phase }) => phase);

/** Rounds until the run is over or stalled; what it waits for has to be under way. */
export async function carryOn(
  house: House,
  name: string,
  rotation = house.rotation,
  until: (run: Rows['rotation_run']) => boolean = ({ ended, stalled }) => ended !== null || stalled !== null,
): Promise<Rows['rotation_run']> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    await rotation.round();
    const run = await house.run(name);
    if (until(run)) return run;
    if (performance.now() > deadline)
      throw new Error(`the run hangs at ${run.phase}\n${house.faults.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
