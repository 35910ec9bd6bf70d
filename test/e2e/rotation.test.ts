/**
 * Rotation by the command line, on both engines, against a real OpenSSH server and a real PostgreSQL: what a sweep found is claimed
 * and put under rotation; the server is killed in the middle.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openPostgres, type PostgresWorld } from '../../src/rotation/testing/postgres.ts';
import { done, muniment, type Program, refused, startOwn, stopAll } from '../../tools/demo/programs.ts';
import { type Found, RotationStory, sweepSettings } from '../../tools/demo/rotation-story.ts';
import { FAILURES_AT_RENAME_MAX, hasSshServer } from '../../tools/demo/ssh-server.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../support/postgres.ts';

const unregistered = (data: string): string[] => [
  ...['inventory', 'inventory', '--part', 'unregistered', '--data', data],
];

const LOOK_MILLISECONDS = 100;
const WITHIN_MILLISECONDS = 60_000;

const PHASES = ['started', 'made', 'authorised', 'swapped', 'seen', 'removed', 'refused', 'completed'];

const GROUND = `apiVersion: muniment/v1
kind: Application
name: shop
spec: {description: Sells things, owner: ada}
---
apiVersion: muniment/v1
kind: Profile
name: nothing-issued
spec: {description: Holds static secrets only, actions: [issue-x509-svid], maxTtlSeconds: 60}
`;

const manifestOf = ({ target }: { target: unknown }): string => `apiVersion: muniment/v1
kind: Identity
name: billing
spec:
  kind: service-account
  purpose: Reads the ledger of the shop
  application: shop
  owner: ada
  profile: nothing-issued
  environment: test
---
apiVersion: muniment/v1
kind: Rotation
name: billing-password
spec:
  identity: billing
  rotator: postgres-password
  target: ${JSON.stringify(target)}
  intervalDays: 30
  graceHours: 1
  noticeDays: 3
`;

const OTHER = `apiVersion: muniment/v1
kind: Identity
name: other-bot
spec: {kind: bot, purpose: Something else, application: shop, owner: ada, profile: nothing-issued, environment: test}
`;

for (const engine of ['embedded', 'postgresql'] as const) tell(engine);

function tell(engine: 'embedded' | 'postgresql'): void {
  const skip = engine === 'postgresql' && postgresPrograms() === undefined ? 'needs PostgreSQL' : false;
  describe(`rotation on ${engine}`, { skip }, () => {
    const data = mkdtempSync(join(tmpdir(), 'rotation-'));
    const key = (who: string): string => join(data, `${who}.key`);
    const estate = mkdtempSync(join(tmpdir(), 'estate-'));
    const story = new RotationStory({
      ...{ data, estate, asker: key('ada'), approver: key('grace') },
      ...{ owner: 'ada', application: 'shop', profile: 'nothing-issued' },
    });
    let server: Program;
    let postgres: TestPostgres | undefined;

    async function serve(): Promise<void> {
      const settings = join(data, 'settings.yaml');
      writeFileSync(settings, sweepSettings(estate));
      const args = ['serve', '--data', data, '--config', settings, '--no-sweep', '--json'];
      const ports = ['--console-port', '0', '--api-port', '0'];
      const where = postgres === undefined ? {} : { MUNIMENT_DATABASE_URL: postgres.url };
      server = startOwn('src/cli/main.ts', [...args, ...ports], where);
      await server.until((fact) => 'console' in fact);
    }

    before(async () => {
      if (engine === 'postgresql') postgres = await startPostgres();
      await serve();
      for (const who of ['ada', 'grace']) {
        await done(['person', 'key', key(who), '--data', data]);
        const named = ['--display-name', who, '--key', key(who), '--role', 'approver', '--role', 'operator'];
        await done(['person', 'enrol', who, ...named, '--data', data]);
      }
      await story.change(GROUND);
    });
    after(async () => {
      await story.close();
      await stopAll();
      await postgres?.stop();
      for (const folder of [data, estate]) rmSync(folder, { recursive: true, force: true });
    });

    describe('of an SSH key', { skip: hasSshServer() ? false : 'needs OpenSSH server' }, () => {
      let found: Found;
      before(() => story.open(0.2));

      it('a sweep finds it, with nobody who answers for it', async () => {
        found = await story.find();
        assert.equal(found.identity, null);
        const printed = execFileSync('ssh-keygen', ['-l', '-f', story.server.keyFile], { encoding: 'utf8' });
        assert.ok(printed.includes(` ${found.attributes.fingerprint} `));
      });

      it('it is registered, claimed, and put under a policy', async () => {
        assert.equal((await story.register()).operations, 1);
        const claimed = await story.claim(found);
        assert.equal(claimed.observation.identity?.name, 'deploy-bot');
        assert.equal((await story.declare(found)).operations, 1);
        assert.deepEqual(
          (await done<{ observations: Found[] }>(unregistered(data))).observations.filter(
            ({ key }) => key === found.key,
          ),
          [],
        );
      });

      it('while it is claimed for another, nothing starts', async () => {
        await story.change(OTHER);
        await story.claim(found, 'other-bot');
        await refused(['rotate', story.name, '--now', '--data', data], 'observation_mismatch');
        await story.claim(found);
      });

      it('a dry run prints every step and touches nothing', async () => {
        const { steps, untouched } = await story.dryRun();
        assert.deepEqual(
          steps.map(({ phase }) => phase),
          PHASES.slice(1, -1),
        );
        assert.equal(untouched, true);
        assert.equal((await story.listed()).run, null);
      });

      it('is not started before it is due', async () => {
        const { code, errors } = await muniment(['rotate', story.name, '--data', data]);
        assert.equal(code, 1);
        assert.match(errors, /not due before .* \[conflict\]/);
      });

      it('goes through all phases while the consumer logs in', async () => {
        const run = await story.rotate();
        assert.deepEqual(
          run.phases.map(({ phase }) => phase),
          PHASES,
        );
        assert.match(run.phases.at(-2)?.detail ?? '', /Permission denied/);
        assert.ok((await story.goesOn()).failures <= FAILURES_AT_RENAME_MAX);
      });

      it('killed while the consumer is offline, it goes on when both are back', async () => {
        await story.stopConsumer();
        const following = muniment(['rotate', story.name, '--now', '--data', data]);
        await reached('swapped');
        await server.stop('SIGKILL');
        await following;
        await serve();
        assert.equal((await story.listed()).run?.phase, 'swapped');
        await story.startConsumer(0.2);
        await reached('completed');
        assert.equal((await story.goesOn()).failures, 0);
      });

      it('leaves no secret in what is known of it', async () => {
        const [, ...secret] = readFileSync(story.server.keyFile, 'utf8').split('\n');
        const { phases } = (await story.listed()).run as { phases: Array<{ entry: number }> };
        assert.equal(phases.length, PHASES.length);
        for (const { entry } of phases) {
          const told = JSON.stringify(await done(['ledger', 'entry', String(entry), '--data', data]));
          assert.match(told, /SHA256:/);
          assert.ok(!told.includes(secret[2] as string), told);
        }
        assert.ok(!server.errors().includes(secret[2] as string));
      });
    });

    describe('of a PostgreSQL password', {
      skip: postgresPrograms() === undefined && 'needs PostgreSQL',
    }, () => {
      let world: PostgresWorld;
      before(async () => {
        world = await openPostgres();
        const { target } = world.spec();
        await story.change(manifestOf({ target }));
      });
      after(() => world?.remove());

      it('goes through its phases, and the old one is refused by 28P01', async () => {
        const consumer = world.startConsumer();
        const run = await story.rotate('billing-password');
        await consumer.stop();
        assert.deepEqual(
          run.phases.map(({ phase }) => phase),
          PHASES.filter((phase) => phase !== 'authorised' && phase !== 'removed'),
        );
        assert.match(run.phases.at(-2)?.detail ?? '', /28P01/);
      });
    });

    async function reached(phase: string): Promise<void> {
      const deadline = performance.now() + WITHIN_MILLISECONDS;
      while ((await story.listed()).run?.phase !== phase) {
        if (performance.now() > deadline) throw new Error(`${phase} was not reached\n${server.errors()}`);
        await pause(LOOK_MILLISECONDS);
      }
    }
  });
}
