import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { eventsMessage, type UseRecord } from '#verifier';
import { newId } from '../kernel/index.ts';
import { verifyRows } from '../store/index.ts';
import { carryOut, enrol, openTestHouse, operatorDoor, type TestHouse, type TestPerson } from './testing.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const SOURCE = {
  name: 'gateway',
  publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
};

describe('alerts over HTTP', () => {
  let house: TestHouse;
  let owner: TestPerson;
  let operator: TestPerson;
  let identity: string;

  before(async () => {
    house = await openTestHouse({ eventSources: [SOURCE] });
    owner = await enrol(house, 'ada', ['admin']);
    operator = await enrol(house, 'grace', ['approver', 'operator']);
    await carryOut(house, owner, operator);
    identity = (await house.call('/api/v1/identities/payments-api', { headers: owner.bearer })).json.id;
  });
  after(() => house.close());

  function batch(more: Partial<UseRecord> = {}, count = 5) {
    const event = (): UseRecord => ({
      at: house.clock.now().toISOString(),
      identity,
      instance: newId('instance'),
      credential: null,
      action: 'settle',
      outcome: 'failure',
      address: null,
      ...more,
    });
    const one = event();
    const content = {
      source: SOURCE.name,
      batch: newId('request'),
      events: Array.from({ length: count }, () => one),
    };
    return {
      ...content,
      signature: sign(null, eventsMessage(content), privateKey).toString('base64url'),
    };
  }

  async function raise(): Promise<string> {
    assert.equal((await house.call('/api/v1/events', { body: batch() })).status, 200);
    await house.house.monitoring.watch();
    const { items } = (await house.call('/api/v1/alerts?state=open', { headers: owner.bearer })).json;
    return items[0].id;
  }

  test('an alert names identity, owner, what was expected and seen', async () => {
    const id = await raise();
    const { json } = await house.call(`/api/v1/alerts/${id}`, { headers: owner.bearer });
    assert.deepEqual(
      [json.identity.name, json.owner.name, json.state],
      ['payments-api', 'Person ada', 'open'],
    );
    assert.match(json.seen, /5 failed attempts/);
    const { attention } = (await house.call('/api/v1/overview', { headers: owner.bearer })).json;
    assert.deepEqual(
      attention.find(({ link }: { link: string }) => link === '/alerts?state=open'),
      { severity: 'high', what: 'alert is open', link: '/alerts?state=open', count: 1 },
    );
    const none = await house.call('/api/v1/alerts?identity=nobody', { headers: owner.bearer });
    assert.deepEqual(none.json.items, []);
  });

  test('the owner handles it without being an operator; an operator does; nobody without a session', async () => {
    const resolution = { outcome: 'incident', reason: 'the key was rotated' };
    for (const person of [owner, operator]) {
      const id = await raise();
      const path = `/api/v1/alerts/${id}`;
      const unknown = await house.call(`${path}/acknowledge`, { body: {}, headers: {} });
      assert.equal(unknown.status, 401);
      const acknowledged = await house.call(`${path}/acknowledge`, { body: {}, headers: person.bearer });
      assert.equal(acknowledged.status, 200, acknowledged.text);
      assert.equal(
        (await house.call(`${path}/resolve`, { body: resolution, headers: person.bearer })).status,
        200,
      );
      const again = await house.call(`${path}/resolve`, { body: resolution, headers: person.bearer });
      assert.deepEqual([again.status, again.json.code], [409, 'conflict']);
      const { json } = await house.call(path, { headers: person.bearer });
      assert.deepEqual([json.state, json.resolved.by.id], ['resolved', person.id]);
    }
  });

  const BAD: Array<{ name: string; path: string; body: unknown; status: number }> = [
    { name: 'an unsigned batch', path: '/events', body: { ...batchless(), signature: 'AAAA' }, status: 400 },
    { name: 'no events', path: '/events', body: { ...batchless(), events: [] }, status: 400 },
    { name: 'an unknown field', path: '/events', body: { ...batchless(), extra: 1 }, status: 400 },
    { name: 'an alert that is none', path: '/alerts/alr_none/acknowledge', body: {}, status: 404 },
    {
      name: 'an outcome that is none',
      path: '/alerts/alr_none/resolve',
      body: { outcome: 'fine', reason: 'x' },
      status: 400,
    },
  ];

  for (const { name, path, body, status } of BAD) {
    test(`${name} is refused`, async () => {
      const answer = await house.call(`/api/v1${path}`, { body, headers: operator.bearer });
      assert.equal(answer.status, status, answer.text);
    });
  }

  test('detectors are tested by an operator, and exports are the local operator’s alone', async () => {
    const { json } = await house.call('/api/v1/detectors/test', { body: {}, door: operatorDoor() });
    assert.ok(json.items.every(({ alive }: { alive: boolean }) => alive));
    const destination = { to: 'file', path: '/nonexistent/events.jsonl' };
    const body = { destination };
    assert.equal((await house.call('/api/v1/exports/run', { body, headers: operator.bearer })).status, 403);
    const socket = await house.call('/api/v1/exports/run', { body, door: operatorDoor() });
    assert.equal(socket.json.code, 'data_unwritable');
  });

  test('every row follows from the entries', async () => {
    assert.deepEqual((await verifyRows(house.house.database)).problems, []);
  });
});

function batchless() {
  const at = '2026-03-03T09:00:00.000Z';
  const event = {
    at,
    identity: null,
    instance: null,
    credential: null,
    action: 'a',
    outcome: 'failure',
    address: null,
  };
  return { source: 'gateway', batch: 'b', events: [event] };
}
