import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { manualClock } from '../kernel/index.ts';
import type { Attestation } from './attest-unix.ts';
import { Holdings } from './cache.ts';
import { Silent } from './model.ts';
import { createSvids, type Svids } from './svids.ts';
import { createTestAuthority, type TestAuthority, TRUST_DOMAIN } from './testing/authority.ts';

const UID = 1000;
const caller = (pid: number, more: Attestation['facts'] = {}): Attestation => ({
  facts: { uid: UID, pid, path: '/usr/bin/pay', ...more },
  instance: `ins_${pid}`,
});

describe('handing out SVIDs', () => {
  let authority: TestAuthority;
  let clock: ReturnType<typeof manualClock>;
  let svids: Svids;
  let listening: boolean;

  beforeEach(async () => {
    authority = await createTestAuthority();
    authority.allowed.set(UID, [`spiffe://${TRUST_DOMAIN}/pay`]);
    clock = manualClock(new Date());
    listening = true;
    svids = createSvids({ upstream: authority, holdings: new Holdings(), clock, listening: () => listening });
  });

  test('another run of the same program shares what is held; other facts do not', async () => {
    const first = await svids.obtain(caller(1));
    const second = await svids.obtain(caller(2));
    assert.equal(second.holding, first.holding);
    assert.deepEqual([first.granted, second.granted], [true, false]);
    for (const other of [{ path: '/usr/bin/other' }, { sha256: 'ab' }, { proof: 'pid' }]) {
      assert.notEqual((await svids.obtain(caller(3, other))).holding, first.holding);
    }
  });

  test('many at once are one question', async () => {
    const all = await Promise.all([1, 2, 3, 4].map((pid) => svids.obtain(caller(pid))));
    assert.equal(authority.asked.length, 1);
    assert.deepEqual(all.map(({ granted }) => granted).sort(), [false, false, false, true]);
  });

  test('audiences are one question in any order, and another one otherwise', async () => {
    await svids.obtain(caller(1), ['b', 'a', 'b']);
    await svids.obtain(caller(1), ['a', 'b']);
    assert.equal(authority.asked.length, 1);
    assert.deepEqual(authority.asked[0]?.audience, ['a', 'b']);
    await svids.obtain(caller(1), ['a']);
    assert.equal(authority.asked.length, 2);
  });

  test('past half of life the server is asked, and what is held helps out while it is away', async () => {
    const { holding } = await svids.obtain(caller(1));
    clock.advance(authority.lifetimeMilliseconds * 0.6);
    authority.away = true;
    assert.equal((await svids.obtain(caller(1))).holding, holding);
    assert.equal(authority.asked.length, 2);
    clock.advance(authority.lifetimeMilliseconds * 0.5);
    await assert.rejects(svids.obtain(caller(1)), { code: 'server_unreachable' });
  });

  test('while nobody would tell of a lock the server is asked each time', async () => {
    listening = false;
    await svids.obtain(caller(1));
    await svids.obtain(caller(1));
    assert.equal(authority.asked.length, 2);
    authority.away = true;
    assert.equal((await svids.obtain(caller(1))).granted, false);
  });

  test('a refusal ends what was held before it', async () => {
    await svids.obtain(caller(1));
    listening = false;
    authority.allowed.clear();
    await assert.rejects(svids.obtain(caller(1)), { code: 'no_identity' });
    authority.away = true;
    await assert.rejects(svids.obtain(caller(1)), { code: 'server_unreachable' });
  });

  test('a locked process gets nothing of what another was granted', async () => {
    await svids.obtain(caller(1));
    svids.bar('ins_2');
    authority.away = true;
    await assert.rejects(svids.obtain(caller(2)), { code: 'server_unreachable' });
    assert.equal((await svids.obtain(caller(3))).granted, false);
    authority.away = false;
    assert.equal((await svids.obtain(caller(2))).granted, true);
    assert.equal((await svids.obtain(caller(2))).granted, false);
  });

  test('one user cannot make the agent ask without end, and keeps nobody else from asking', async () => {
    authority.allowed.delete(UID);
    authority.allowed.set(7, [`spiffe://${TRUST_DOMAIN}/seven`]);
    const codes: string[] = [];
    for (let pid = 0; pid < 120; pid += 1) {
      codes.push(await svids.obtain(caller(pid)).catch(({ code }) => code));
    }
    assert.deepEqual([...new Set(codes)], ['no_identity', 'server_unreachable']);
    assert.equal(authority.asked.length, 100);
    assert.ok((await svids.obtain(caller(1, { uid: 7 }))).granted);
    clock.advance(1000);
    await assert.rejects(svids.obtain(caller(1)), { code: 'no_identity' });
  });

  test('a server that asked to be left alone is, by everybody; what is held helps out until then', async () => {
    let asked = 0;
    let busy = true;
    const issue: TestAuthority['issue'] = async (request) => {
      asked += 1;
      if (busy) throw new Silent('the server answered 503', 2_000);
      return authority.issue(request);
    };
    svids = createSvids({ upstream: { issue }, holdings: new Holdings(), clock, listening: () => listening });
    await assert.rejects(svids.obtain(caller(1)), { code: 'server_unreachable' });
    busy = false;
    clock.advance(1_999);
    await assert.rejects(svids.obtain(caller(1, { uid: 7 })), { code: 'server_unreachable' });
    assert.equal(asked, 1);
    clock.advance(1);
    assert.equal((await svids.obtain(caller(1))).granted, true);
    assert.equal(asked, 2);
  });

  test('an answer that has ended already is no answer', async () => {
    authority.lifetimeMilliseconds = -1000;
    await assert.rejects(svids.obtain(caller(1)), { code: 'server_unreachable' });
  });
});
