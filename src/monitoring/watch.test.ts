import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { before, test } from 'node:test';
import { type DetectorName, eventsMessage, DETECTORS as NAMES, type Rows, type UseRecord } from '#verifier';
import { granted, lockPlaced, refused } from '../../test/support/drafts.ts';
import { describeEngines } from '../../test/support/engines.ts';
import { testSigner } from '../../test/support/log-signer.ts';
import { manualClock, newId } from '../kernel/index.ts';
import { createRegistry } from '../registry/index.ts';
import { type Database, type Draft, type Log, openLog } from '../store/index.ts';
import { DETECTORS } from './detectors/index.ts';
import { createMonitoring, type EventSource, type Monitoring, type SignedBatch } from './index.ts';
import { madeUpUse } from './model.ts';
import { allWatchState, followerAt, moveFollower } from './queries.ts';
import { WATCHER } from './watch.ts';

const DAY_MS = 86_400_000;
const IDENTITY = newId('identity');
const INSTANCE = newId('instance');
const OWNER = newId('person');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const SOURCE: EventSource = {
  name: 'recorder',
  publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
};

function signed(events: UseRecord[], batch = newId('request'), key = privateKey): SignedBatch {
  const content = { source: SOURCE.name, batch, events };
  return { ...content, signature: sign(null, eventsMessage(content), key).toString('base64url') };
}

const identityDraft = (): Draft => ({
  kind: 'resource.declared',
  subject: IDENTITY,
  actor: 'sys',
  data: {
    kind: 'Identity',
    id: IDENTITY,
    name: 'payments',
    spec: {
      kind: 'workload',
      purpose: 'a test',
      application: 'app_a',
      owner: OWNER,
      profile: 'prf_a',
      environment: 'test',
      spiffePath: '/payments',
    },
    change: null,
    bootstrap: false,
  },
});

const told = (at: Date, more: Partial<UseRecord> = {}): UseRecord =>
  madeUpUse(at, { identity: IDENTITY, instance: INSTANCE, action: 'renew', ...more });

describeEngines('the watcher', (engine) => {
  let database: Database;
  let log: Log;
  let monitoring: Monitoring;
  const clock = manualClock('2026-03-30T12:00:00.000Z');
  const death = async ({ request, entry }: Rows['credential']) =>
    [...(await log.view()).rows('lock').values()].find(
      (lock) => lock.target.id === request.identity && lock.entry > entry,
    );
  const alertsBy = async (detector: DetectorName, about = INSTANCE) =>
    (await log.rows('alert')).filter((row) => row.detector === detector && row.about === about);
  const fiveFailures = () => Array.from({ length: 5 }, () => told(clock.now(), { outcome: 'failure' }));

  before(async () => {
    database = await engine.open();
    log = await openLog({ database, signer: testSigner(), clock });
    monitoring = createMonitoring({ database, log, clock, death, sources: [SOURCE] });
    await log.append([identityDraft()]);
  });

  test('five refusals of one instance raise one alert that names them, and the next five none while it is open', async () => {
    const instance = 'ins_test';
    const { appended } = await log.append(Array.from({ length: 5 }, () => refused(IDENTITY)));
    assert.deepEqual(await monitoring.watch(), { raised: 1 });
    const [alert] = await alertsBy('failed-attempts', instance);
    assert.deepEqual(
      alert?.entries,
      appended.map(({ index }) => index),
    );
    assert.match(alert?.expected ?? '', /fewer than 5/);
    await log.append(Array.from({ length: 5 }, () => refused(IDENTITY)));
    assert.deepEqual(await monitoring.watch(), { raised: 0 });
    assert.equal((await alertsBy('failed-attempts', instance)).length, 1);
  });

  test('its owner acknowledges and resolves it with a reason, nobody else does, and it comes back afterwards', async () => {
    await monitoring.ingest(signed(fiveFailures()));
    await monitoring.watch();
    const [alert] = await alertsBy('failed-attempts');
    const id = alert?.id ?? '';
    const owner = { actor: OWNER, mustOwn: true };
    const stranger = { actor: newId('person'), mustOwn: true };
    await assert.rejects(monitoring.acknowledge(id, stranger), { code: 'forbidden' });
    await monitoring.acknowledge(id, owner);
    await assert.rejects(monitoring.acknowledge(id, owner), { code: 'conflict' });
    const how = { outcome: 'expected' as const, reason: 'a broken job was retried' };
    await assert.rejects(monitoring.resolve(id, { ...how, reason: ' ' }, owner), { code: 'bad_request' });
    await assert.rejects(monitoring.resolve(newId('alert'), how, owner), { code: 'not_found' });
    const twice = await Promise.allSettled([
      monitoring.resolve(id, how, owner),
      monitoring.resolve(id, how, owner),
    ]);
    assert.deepEqual(twice.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const row = await log.row('alert', id);
    assert.equal(row?.acknowledged?.by, OWNER);
    assert.deepEqual([row?.resolved?.outcome, row?.resolved?.reason], ['expected', how.reason]);
    await monitoring.ingest(signed(fiveFailures()));
    assert.deepEqual(await monitoring.watch(), { raised: 1 });
  });

  test('a credential that a lock killed is told of when it is used afterwards, and not before', async () => {
    const { appended } = await log.append([granted(IDENTITY)]);
    const credential = appended[0]?.index ?? -1;
    const before = told(clock.now(), { credential });
    clock.advance(1000);
    await log.append([lockPlaced(newId('lock'), IDENTITY)]);
    await monitoring.ingest(signed([before]));
    await monitoring.watch();
    assert.equal((await alertsBy('locked-credential', IDENTITY)).length, 0);
    clock.advance(1000);
    await monitoring.ingest(signed([told(clock.now(), { credential })]));
    assert.deepEqual(await monitoring.watch(), { raised: 1 });
    const [alert] = await alertsBy('locked-credential', IDENTITY);
    assert.ok(alert?.entries.includes(credential));
  });

  test('a second address, and an hour never seen after two weeks of recorded days', async () => {
    const now = clock.now().getTime();
    const recorded = Array.from({ length: 20 }, (_, day) =>
      told(new Date(now - (20 - day) * DAY_MS), { address: '10.0.0.1' }),
    );
    await monitoring.ingest(signed(recorded));
    await monitoring.watch();
    assert.equal((await alertsBy('unusual-hour', IDENTITY)).length, 0);
    await monitoring.ingest(signed([told(new Date(now + 60_000), { address: '10.0.0.2' })]));
    await monitoring.watch();
    assert.equal((await alertsBy('second-address')).length, 1);
    clock.advance(5 * 3_600_000);
    await monitoring.ingest(signed([told(clock.now(), { address: '10.0.0.2' })]));
    await monitoring.watch();
    const [alert] = await alertsBy('unusual-hour', IDENTITY);
    assert.match(alert?.seen ?? '', /first use on a/);
  });

  test('half a day from the usual hour, whatever failures and other instances come between', async () => {
    const identity = newId('identity');
    const draft = identityDraft() as Draft & { data: { id: string; name: string } };
    const data = { ...draft.data, id: identity, name: 'nightly' };
    await log.append([{ ...draft, subject: identity, data } as Draft]);
    const now = clock.now().getTime();
    const last = now - DAY_MS / 2;
    const days = Array.from({ length: 20 }, (_, day) =>
      told(new Date(last - (19 - day) * DAY_MS), { identity }),
    );
    for (const events of [
      days,
      [told(new Date(now), { identity, outcome: 'failure' })],
      [told(new Date(now), { identity })],
    ]) {
      await monitoring.ingest(signed(events));
      await monitoring.watch();
    }
    assert.equal((await alertsBy('unusual-hour', identity)).length, 1);
  });

  test('what detectors remember follows from the entries', async () => {
    const kept = await allWatchState(database.db);
    assert.ok(kept.length > 0);
    await monitoring.recompute();
    assert.deepEqual(await allWatchState(database.db), kept);
  });

  test('what is not signed, told twice, about the future or about strangers is refused', async () => {
    const event = told(clock.now());
    const good = signed([event]);
    const { privateKey: other } = generateKeyPairSync('ed25519');
    const cases: Array<[SignedBatch, string]> = [
      [
        signed([event], 'b1', createPrivateKey(other.export({ type: 'pkcs8', format: 'pem' }))),
        'invalid_signature',
      ],
      [{ ...good, events: [{ ...event, outcome: 'failure' }] }, 'invalid_signature'],
      [{ ...good, source: 'nobody' }, 'invalid_signature'],
      [{ ...good, signature: '' }, 'invalid_signature'],
      [signed([]), 'bad_request'],
      [signed([told(new Date(clock.now().getTime() + DAY_MS))]), 'invalid_time'],
      [signed([{ ...event, identity: newId('identity') }]), 'not_found'],
      [signed([{ ...event, instance: 'ins_short' }]), 'bad_request'],
    ];
    const { size } = await log.head();
    for (const [batch, code] of cases) await assert.rejects(monitoring.ingest(batch), { code });
    assert.equal((await log.head()).size, size);
    await monitoring.ingest(good);
    await assert.rejects(monitoring.ingest(good), { code: 'conflict' });
  });

  test('a drill proves each detector alive and raises nothing; a dead one is a finding until it lives', async (t) => {
    const before = (await log.rows('alert')).length;
    await monitoring.drill();
    await monitoring.watch();
    const tested = await log.rows('detector');
    assert.deepEqual(
      tested.map(({ detector, alive }) => [detector, alive]).sort(),
      NAMES.map((name) => [name, true]).sort(),
    );
    assert.equal((await log.rows('alert')).length, before);
    const step = t.mock.method(DETECTORS['second-address'], 'step', () => ({ state: {} }));
    await monitoring.drill();
    await monitoring.watch();
    const dead = async () =>
      (await log.rows('finding')).filter(({ rule, closed }) => rule === 'detector-dead' && closed === null);
    assert.deepEqual(
      (await dead()).map(({ subject }) => subject),
      ['second-address'],
    );
    step.mock.restore();
    await monitoring.drill();
    await monitoring.watch();
    assert.deepEqual(await dead(), []);
  });

  test('a watcher that stands still is found by the next drill', async () => {
    await monitoring.drill();
    await monitoring.drill();
    const tested = await log.rows('detector');
    assert.ok(tested.every(({ alive, why }) => !alive && why === 'did not answer'));
    await monitoring.watch();
    assert.ok((await log.rows('detector')).every(({ alive }) => alive));
  });

  test('two replicas raise an alert once, and one that lost its turn raises nothing', async () => {
    await monitoring.watch();
    const instance = newId('instance');
    await monitoring.ingest(signed(fiveFailures().map((event) => ({ ...event, instance }))));
    const others = [1, 2, 3].map(() => createMonitoring({ database, log, clock, death, sources: [] }));
    await Promise.allSettled([monitoring, ...others].map((each) => each.watch()));
    await monitoring.watch();
    assert.equal((await alertsBy('failed-attempts', instance)).length, 1);
    const at = await followerAt(database.db, WATCHER);
    assert.equal(await moveFollower(database.db, WATCHER, at - 1, at + 1), false);
  });

  test('it wakes by itself when something is appended', async () => {
    const instance = newId('instance');
    const faults: unknown[] = [];
    const stop = monitoring.start((error) => faults.push(error));
    const raised = new Promise<void>((resolve) => {
      const off = log.onAppend((entries) => {
        if (!entries.some(({ leaf }) => new TextDecoder().decode(leaf).includes('alert.raised'))) return;
        off();
        resolve();
      });
    });
    await monitoring.ingest(signed(fiveFailures().map((event) => ({ ...event, instance }))));
    await raised;
    stop();
    assert.deepEqual(faults, []);
    assert.equal(
      (await createRegistry({ database, log, clock }).timeline(IDENTITY, { limit: 50 })).some(
        ({ kind }) => kind === 'alert.raised',
      ),
      true,
    );
  });
});
