import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Draft } from '../store/index.ts';
import { carryOut, enrol, openTestHouse, operatorDoor, type TestHouse, type TestPerson } from './testing.ts';

const OLD = '2020-01-01T00:00:00.000Z';
const KEY = 'host/credential/0123';

const observed = (key: string, data: object): Draft => ({
  kind: 'observation.recorded',
  subject: 'swp_a',
  actor: 'sys',
  data: {
    sweep: 'swp_a',
    source: 'host',
    partition: 'x',
    key,
    class: 'credential',
    change: 'new',
    label: key,
    attributes: {},
    joins: [],
    provenance: [],
    ...data,
  },
});

const sweep = (more: object): Draft =>
  ({
    kind: 'sweep.recorded',
    subject: 'swp_a',
    actor: 'sys',
    data: {
      ...{
        sweep: 'swp_a',
        source: 'host',
        connector: 'test/1',
        partition: 'x',
        scope: [],
        calls: 1,
        pages: 1,
      },
      ...{
        endSeen: true,
        items: 2,
        providerCount: null,
        errors: [],
        denied: [],
        verdict: 'COMPLETE',
        why: 'all',
      },
      ...{ listDigest: '', listings: [], manifest: null, clock: null, started: OLD, ended: OLD },
      ...more,
    },
  }) as Draft;

describe('what was found, over HTTP', () => {
  let house: TestHouse;
  let ada: TestPerson;
  const door = operatorDoor();
  const line = async (finding: string) => {
    const { json } = await house.call('/api/v1/posture', { headers: ada.bearer });
    return json.items.find((item: { finding: string }) => item.finding === finding);
  };
  const claim = (key: string, identity: string) =>
    house.call(`/api/v1/observations/${encodeURIComponent(key)}/claim`, { body: { identity }, door });
  const listed = async (query: string): Promise<string[]> => {
    const { json } = await house.call(`/api/v1/observations?${query}`, { headers: ada.bearer });
    return json.items.map(({ key }: { key: string }) => key);
  };

  before(async () => {
    house = await openTestHouse();
    ada = await enrol(house, 'ada');
    await carryOut(house, ada, await enrol(house, 'bo'));
  });
  after(() => house.close());

  it('is not evaluable before anything was swept, and says what to do', async () => {
    const found = await line('inventory');
    assert.deepEqual([found.evaluable, found.count], [false, null]);
    assert.match(found.next, /muniment sweep/);
  });

  it('opens the list behind each number', async () => {
    await house.house.log.append([
      sweep({}),
      observed(KEY, { attributes: { kind: 'x', modified: OLD } }),
      observed('host/credential/4567', { attributes: { kind: 'x' } }),
    ]);
    assert.equal((await line('rotation')).count, 1);
    assert.deepEqual(await listed('finding=rotation'), [KEY]);
    assert.deepEqual(await listed(`finding=rotation&part=${encodeURIComponent('age unknown')}`), [
      'host/credential/4567',
    ]);
    const { status, json } = await house.call('/api/v1/observations?finding=rotation&part=x', {
      headers: ada.bearer,
    });
    assert.deepEqual([status, json.code], [404, 'not_found']);
  });

  it('stands on the first page as lines', async () => {
    const { json } = await house.call('/api/v1/overview', { headers: ada.bearer });
    assert.deepEqual(
      json.posture.map(({ finding }: { finding: string }) => finding),
      ['inventory', 'rotation', 'permissions', 'monitoring', 'orphans'],
    );
  });

  it('is claimed by name, stays so through the next sweep, and is told in the identity’s timeline', async () => {
    const { status, json } = await claim(KEY, 'payments-api');
    assert.deepEqual([status, json.observation.identity.name], [200, 'payments-api']);
    await house.house.log.append([
      observed(KEY, { change: 'changed', attributes: { kind: 'x', modified: OLD, mode: '0600' } }),
    ]);
    const row = await house.house.log.row('observation', KEY);
    assert.equal(row?.identity, json.observation.identity.id);
    assert.equal((await listed('finding=inventory&part=unregistered')).includes(KEY), false);
    const timeline = await house.call('/api/v1/identities/payments-api/timeline', { headers: ada.bearer });
    assert.ok(timeline.json.items.some(({ index }: { index: number }) => index === json.entry));
  });

  const refusals: Array<[string, string, string, number, string]> = [
    ['what no sweep saw', 'host/credential/none', 'payments-api', 404, 'not_found'],
    ['for whom nobody declared', KEY, 'nobody', 404, 'not_found'],
    ['twice', KEY, 'payments-api', 409, 'conflict'],
  ];
  for (const [name, key, identity, status, code] of refusals) {
    it(`is not claimed: ${name}`, async () => {
      const answer = await claim(key, identity);
      assert.deepEqual([answer.status, answer.json.code], [status, code]);
    });
  }

  it('is not claimed once it is gone, nor by a reader', async () => {
    await house.house.log.append([observed('host/credential/4567', { change: 'gone' })]);
    assert.equal((await claim('host/credential/4567', 'payments-api')).status, 409);
    const path = `/api/v1/observations/${encodeURIComponent(KEY)}/claim`;
    assert.equal((await house.call(path, { body: { identity: 'payments-api' } })).status, 401);
  });
});
