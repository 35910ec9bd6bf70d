import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type HeldCredential, type Holding, Holdings, holdingKey, originOf, reaches } from './cache.ts';
import type { IssuedItem, LockEvent } from './model.ts';

const AGENT = 'agt_own';
const request = (instance = 'ins_1', attested: Holding['request']['attested'] = { uid: 1, gid: 2 }) => ({
  action: 'issue-x509-svid' as const,
  instance,
  attested,
  claimed: {},
});
const credential = (entry: number, origin: HeldCredential['origin']): HeldCredential => ({
  entry,
  instance: 'ins_1',
  spiffeId: 'spiffe://example.test/a',
  hint: '',
  chain: [],
  jwt: '',
  notAfter: 1000,
  origin,
});
const holding = (
  asked = request(),
  credentials = [credential(7, { identity: 'idn_1', trust: 'tru_1' })],
): Holding => ({
  key: holdingKey(asked),
  request: asked,
  credentials,
  privateKey: Buffer.alloc(0),
  renewAt: 500,
  endsAt: 1000,
});
const lock = (kind: LockEvent['target']['kind'], id: string, identities: string[] = []): LockEvent => ({
  lock: 'lok_1',
  target: { kind, id },
  identities,
  placed: '2026-01-01T00:00:00.000Z',
});

describe('what the agent holds', () => {
  test('is found by the same facts in any order, and by no others', () => {
    const holdings = new Holdings();
    holdings.put(holding());
    assert.ok(holdings.get(holdingKey(request('ins_1', { gid: 2, uid: 1 })), 0));
    for (const other of [
      request('ins_1', { uid: 1 }),
      request('ins_1', { uid: 1, gid: 2, path: '/x' }),
      request('ins_1', { uid: '1', gid: 2 }),
      { ...request(), audience: ['a'] },
    ]) {
      assert.equal(holdings.get(holdingKey(other), 0), undefined);
    }
  });

  test('is found by another run of the same program', () => {
    const first = holdingKey(request('ins_1', { uid: 1, pid: 10 }));
    assert.equal(holdingKey(request('ins_2', { uid: 1, pid: 11 })), first);
  });

  test('is gone at its end', () => {
    const holdings = new Holdings();
    holdings.put(holding());
    assert.ok(holdings.get(holding().key, 999));
    assert.equal(holdings.get(holding().key, 1000), undefined);
    assert.equal(holdings.size, 0);
  });

  test('is bounded: the oldest makes room', () => {
    const holdings = new Holdings();
    for (let uid = 0; uid < 5000; uid += 1) holdings.put(holding(request('ins_1', { uid })));
    assert.equal(holdings.size, 4096);
    assert.equal(holdings.get(holding(request('ins_1', { uid: 0 })).key, 0), undefined);
    assert.ok(holdings.get(holding(request('ins_1', { uid: 4999 })).key, 0));
  });

  for (const [what, event, expected] of [
    ['its identity', lock('identity', 'idn_1'), true],
    ['another identity', lock('identity', 'idn_2'), false],
    ['an owner of its identity', lock('owner', 'per_1', ['idn_0', 'idn_1']), true],
    ['an owner of others', lock('owner', 'per_1', ['idn_0']), false],
    ['an application, and the server does not say of whom', lock('application', 'app_1'), true],
    ['its trust', lock('trust', 'tru_1'), true],
    ['another trust', lock('trust', 'tru_2'), false],
    ['its process', lock('instance', 'ins_1'), true],
    ['another process', lock('instance', 'ins_2'), false],
    ['itself', lock('credential', '7'), true],
    ['another credential', lock('credential', '8'), false],
    ['this agent', lock('agent', AGENT), true],
    ['another agent', lock('agent', 'agt_other'), false],
  ] as const) {
    test(`a lock on ${what} ${expected ? 'reaches' : 'does not reach'} it`, () => {
      const [held] = holding().credentials;
      assert.equal(reaches(event, held as HeldCredential, 'ins_1', AGENT), expected);
      const holdings = new Holdings();
      holdings.put(holding());
      assert.equal(holdings.dropReached(event, AGENT, 0).length, expected ? 1 : 0);
      assert.equal(holdings.size, expected ? 0 : 1);
    });
  }

  test('a lock on a process takes from it what another was granted', () => {
    const [held] = holding().credentials;
    assert.ok(reaches(lock('instance', 'ins_2'), held as HeldCredential, 'ins_2', AGENT));
  });

  test('what was superseded dies with the rest, without its key, until its end', () => {
    const holdings = new Holdings();
    holdings.put({ ...holding(), privateKey: Buffer.from('key') });
    holdings.put(holding(request(), [credential(8, { identity: 'idn_1', trust: 'tru_1' })]));
    holdings.dropAll();
    assert.equal(holdings.size, 0);
    const dead = holdings.dropReached(lock('identity', 'idn_1'), AGENT, 999);
    assert.deepEqual(
      dead.map((one) => [one.credential.entry, one.current, one.holding.privateKey.length]),
      [
        [7, false, 0],
        [8, false, 0],
      ],
    );
    holdings.put(holding());
    holdings.dropAll();
    assert.deepEqual(holdings.dropReached(lock('identity', 'idn_1'), AGENT, 1000), []);
  });

  test('a credential whose receipt cannot be read is reached by every lock', () => {
    for (const body of ['', '%%%', 'bnVsbA==', Buffer.from('{"data":1}').toString('base64')]) {
      const receipt = { index: 1, leaf: '', body, checkpoint: '', proof: [] };
      const origin = originOf({ receipt } as unknown as IssuedItem);
      assert.equal(origin, null);
      assert.ok(reaches(lock('identity', 'idn_9'), credential(1, origin), 'ins_1', AGENT));
    }
  });
});
