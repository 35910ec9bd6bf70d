import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { RotationSpec } from '#verifier';
import { postgresPrograms } from '../../../test/support/postgres.ts';
import { hasSshServer, startConsumer, startSshServer } from '../../../tools/demo/ssh-server.ts';
import { openPostgres } from './postgres.ts';
import { sshSpec } from './specs.ts';

const run = promisify(execFile);

/** A target and its consumer: what the table of failing cases needs to know of either. */
export interface World {
  spec: RotationSpec;
  /** The secret that is in force now will be `the old one` from here on. */
  remember(): void;
  /** Whether the target takes the old one; whether it takes what the consumer's file holds. */
  takesOld(): Promise<boolean>;
  takesFile(): Promise<boolean>;
  down(): Promise<void>;
  up(): Promise<void>;
  startConsumer(): { stop(): Promise<void> };
  remove(): Promise<void>;
}

const PERIOD_SECONDS = 0.2;

async function sshWorld(): Promise<World> {
  const server = await startSshServer();
  const oldFile = `${server.folder}/old`;
  const takes = (keyFile: string): Promise<boolean> =>
    run(
      'ssh',
      server.login.map((word) => (word === server.keyFile ? keyFile : word)),
    ).then(
      () => true,
      () => false,
    );
  return {
    spec: sshSpec(server),
    remember() {
      copyFileSync(server.keyFile, oldFile);
      chmodSync(oldFile, 0o600);
    },
    takesOld: () => takes(oldFile),
    takesFile: () => takes(server.keyFile),
    down: () => server.down(),
    up: () => server.start(),
    startConsumer: () => startConsumer(server, PERIOD_SECONDS),
    remove: () => server.remove(),
  };
}

async function postgresWorld(): Promise<World> {
  const world = await openPostgres();
  const present = () => readFileSync(world.passwordFile, 'utf8').trim();
  let old = present();
  return {
    spec: world.spec(),
    remember() {
      old = present();
    },
    takesOld: () => world.opens(old),
    takesFile: () => world.opens(present()),
    down: () => world.server.kill(),
    up: () => world.server.start(),
    startConsumer: () => world.startConsumer(),
    remove: () => world.remove(),
  };
}

export const WORLDS = [
  { rotator: 'ssh-key', skip: hasSshServer() ? false : 'needs OpenSSH server', open: sshWorld },
  {
    rotator: 'postgres-password',
    skip: postgresPrograms() === undefined ? 'needs PostgreSQL' : false,
    open: postgresWorld,
  },
] as const;
