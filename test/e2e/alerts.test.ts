/** Chapters 9 and 10 against a real server, by the command line alone. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Served, serve } from '../../src/api/index.ts';
import { readConfig } from '../../src/config.ts';
import { newId } from '../../src/kernel/index.ts';
import type { Draft } from '../../src/store/index.ts';
import { AlertsStory, eventSourceSettings, type StoryAlert } from '../../tools/demo/alerts-story.ts';
import { done } from '../../tools/demo/programs.ts';
import { granted, lockPlaced } from '../support/drafts.ts';
import { ocsfProblems } from '../support/ocsf.ts';

describe('alerts and export, told by the command line', () => {
  let data: string;
  let server: Served;
  let story: AlertsStory;
  let raised: StoryAlert[];
  const identity = newId('identity');

  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'muniment-alerts-'));
    const file = join(data, 'muniment.yaml');
    writeFileSync(file, eventSourceSettings(data));
    const flags = { data, apiPort: 0, consolePort: 0, sweep: false, logLevel: 'silent' };
    server = await serve(readConfig({ environment: {}, flags, file }));
    const handlerKey = join(data, 'grace.key');
    await done(['person', 'key', handlerKey, '--data', data]);
    const enrolled = await done<{ id: string }>([
      ...['person', 'enrol', 'grace', '--display-name', 'Grace', '--key', handlerKey, '--data', data],
    ]);
    await declare(enrolled.id);
    story = new AlertsStory({ data, identity: 'payments-api', quiet: 'night-job', handlerKey });
  });
  after(async () => {
    await server.close();
    rmSync(data, { recursive: true });
  });

  const declared = (id: string, name: string, owner: string): Draft => ({
    kind: 'resource.declared',
    subject: id,
    actor: 'sys',
    data: {
      kind: 'Identity',
      id,
      name,
      spec: {
        kind: 'workload',
        purpose: 'a test',
        application: 'app_a',
        owner,
        profile: 'prf_a',
        environment: 'test',
        spiffePath: `/${name}`,
      },
      change: null,
      bootstrap: false,
    },
  });

  const declare = (owner: string) =>
    server.house.log.append([
      declared(identity, 'payments-api', owner),
      declared(newId('identity'), 'night-job', owner),
      granted(identity),
      lockPlaced(newId('lock'), identity),
    ]);

  test('recorded days are replayed once', async () => {
    const { imported, again } = await story.replay();
    assert.deepEqual([imported, again], [20, 0]);
    assert.deepEqual(await server.house.log.rows('alert'), []);
  });

  test('each departure raises one alert that says what was expected and names entries', async () => {
    raised = await story.provoke();
    const detectors = raised.map(({ detector }) => detector).sort();
    assert.deepEqual(detectors, ['failed-attempts', 'locked-credential', 'second-address', 'unusual-hour']);
    for (const { expected, seen, entries } of raised) assert.ok(expected && seen && entries.length > 0);
  });

  test('its owner acknowledges and resolves it; both are entries', async () => {
    const [alert] = raised as [StoryAlert];
    assert.equal((await story.handle(alert)).state, 'resolved');
    const entries = await server.house.log.search({
      kinds: ['alert.acknowledged', 'alert.resolved'],
      limit: 10,
    });
    assert.deepEqual(entries.map(({ kind }) => kind).sort(), ['alert.acknowledged', 'alert.resolved']);
  });

  test('every detector is alive by a test event', async () => {
    const detectors = await story.testDetectors();
    assert.equal(detectors.length, 4);
    assert.ok(detectors.every(({ alive }) => alive));
  });

  test('everything a SIEM wants is in the file, valid, and the counts agree', async () => {
    const { path, sent, expected, count, complete } = await story.export();
    assert.ok(sent > 0 && complete);
    assert.deepEqual([expected, count], [sent, sent]);
    const events = readFileSync(path, 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      events.flatMap((line) => ocsfProblems(JSON.parse(line))),
      [],
    );
  });
});
