import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { carryOut, enrol, openTestHouse, type TestHouse, type TestPerson } from './testing.ts';

describe('names over HTTP', () => {
  let house: TestHouse;
  let ada: TestPerson;
  before(async () => {
    house = await openTestHouse();
    ada = await enrol(house, 'ada', ['admin']);
    await carryOut(house, ada, await enrol(house, 'grace', ['approver', 'operator']));
  });
  after(() => house.close());

  const ask = (ids: string[], headers = ada.bearer) =>
    house.call('/api/v1/names', { method: 'POST', headers, body: { ids } });

  test('ids have their names, and what has none is left out', async () => {
    const { json } = await house.call('/api/v1/identities/payments-api', { headers: ada.bearer });
    const { status, json: answer } = await ask([json.id, 'idn_unknown', 'sys']);
    assert.equal(status, 200);
    assert.deepEqual(answer, { names: { [json.id]: 'payments-api' } });
  });

  test('at most five hundred, and only for who may read', async () => {
    assert.equal((await ask(Array.from({ length: 501 }, (_, at) => `idn_${at}`))).status, 400);
    assert.equal((await house.call('/api/v1/names', { method: 'POST', body: { ids: [] } })).status, 401);
  });
});
