import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { LockEvent } from './model.ts';
import { TRUST_DOMAIN } from './testing/authority.ts';
import { type Fixture, OWN_ID, startFixture, uid, until } from './testing/fixture.ts';
import type { Wire } from './testing/foreign-client.ts';

const OTHER_ID = `spiffe://${TRUST_DOMAIN}/other`;
const idsOf = ({ svids }: Wire): string[] => svids.map((svid: Wire) => svid.spiffe_id);
const lockOn = (identity: string): LockEvent => ({
  lock: 'lok_test',
  target: { kind: 'identity', id: identity },
  identities: [identity],
  placed: new Date().toISOString(),
});

describe('workload API streams', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  test('a watcher sees each rotation before the old certificate ends', async () => {
    fixture.authority.lifetimeMilliseconds = 3000;
    const stream = fixture.client.watch('FetchX509SVID');
    const seen = new Set<string>();
    const started = Date.now();
    for (let count = 0; count < 3; count += 1) {
      const { svids } = await stream.next();
      seen.add(svids[0].x509_svid.toString('hex'));
    }
    assert.equal(seen.size, 3);
    assert.ok(Date.now() - started < 2 * 3000, 'renewed at half of life');
    assert.equal(fixture.authority.asked.length, 3);
    stream.cancel();
  });

  test('a second stream of the same process is served from the cache, and that is counted', async () => {
    const first = await fixture.client.watch('FetchX509SVID').next();
    const second = await fixture.client.watch('FetchX509SVID').next();
    assert.deepEqual(second.svids[0].x509_svid, first.svids[0].x509_svid);
    assert.equal(fixture.authority.asked.length, 1);
    assert.equal(fixture.delivered.length, 1);
    assert.equal(fixture.delivered[0]?.instance, fixture.authority.asked[0]?.instance);
  });

  test('what is held is handed out again while the server is away', async () => {
    await fixture.client.call('FetchJWTSVID', { audience: ['a'] });
    fixture.authority.away = true;
    const { svids } = await fixture.client.call('FetchJWTSVID', { audience: ['a'] });
    assert.equal(svids.length, 1);
    await assert.rejects(fixture.client.call('FetchJWTSVID', { audience: ['b'] }), {
      code: status.UNAVAILABLE,
    });
  });

  test('a stream outlives an absent server until its credentials end', async () => {
    fixture.authority.lifetimeMilliseconds = 2500;
    const stream = fixture.client.watch('FetchX509SVID');
    await stream.next();
    const started = Date.now();
    fixture.authority.away = true;
    await assert.rejects(stream.next(), { code: status.UNAVAILABLE });
    assert.ok(Date.now() - started >= 2000, 'kept what it held to the end');
  });

  test('a lock on one of two identities takes that one back', async () => {
    fixture.authority.allowed.set(uid, [OWN_ID, OTHER_ID]);
    const stream = fixture.client.watch('FetchX509SVID');
    assert.deepEqual(idsOf(await stream.next()), [OWN_ID, OTHER_ID]);
    fixture.authority.allowed.set(uid, [OTHER_ID]);
    fixture.server.onLock(lockOn('idn_own'));
    assert.deepEqual(idsOf(await stream.next()), [OTHER_ID]);
    stream.cancel();
  });

  test('a lock takes back at once, before the server has answered', async () => {
    fixture.authority.allowed.set(uid, [OWN_ID, OTHER_ID]);
    const stream = fixture.client.watch('FetchX509SVID');
    await stream.next();
    let answer = () => {};
    fixture.authority.before = () => new Promise((resolve) => (answer = resolve));
    fixture.server.onLock(lockOn('idn_own'));
    assert.deepEqual(idsOf(await stream.next()), [OTHER_ID]);
    answer();
    stream.cancel();
  });

  test('losing the last one ends every stream of that process with PermissionDenied', async () => {
    const methods = ['FetchX509SVID', 'FetchX509Bundles', 'FetchJWTBundles'];
    const streams = methods.map((method) => fixture.client.watch(method));
    for (const stream of streams) await stream.next();
    fixture.authority.allowed.clear();
    fixture.server.onLock(lockOn('idn_own'));
    for (const stream of streams) await assert.rejects(stream.next(), { code: status.PERMISSION_DENIED });
    await until(() => fixture.watchers.size === 0, 'no stream is left');
  });

  test('a policy that changed empties the cache and asks again', async () => {
    const stream = fixture.client.watch('FetchX509SVID');
    await stream.next();
    fixture.server.onPolicy();
    assert.equal(fixture.holdings.size, 0);
    await stream.next();
    assert.equal(fixture.authority.asked.length, 2);
    fixture.authority.allowed.clear();
    fixture.server.onPolicy();
    await assert.rejects(stream.next(), { code: status.PERMISSION_DENIED });
  });

  test('a grant that a lock overtook on its way is never handed out', async () => {
    let overtaken = false;
    fixture.authority.before = async () => {
      if (overtaken) return;
      overtaken = true;
      fixture.server.onLock(lockOn('idn_own'));
    };
    await fixture.client.watch('FetchX509SVID').next();
    assert.equal(fixture.authority.asked.length, 2);
  });

  test('a lock that arrives while a message is put together is not missed', async () => {
    const { bundle } = fixture.authority;
    fixture.authority.bundle = async () => {
      const answer = await bundle();
      fixture.authority.bundle = bundle;
      fixture.authority.allowed.clear();
      fixture.server.onLock(lockOn('idn_own'));
      return answer;
    };
    await assert.rejects(fixture.client.watch('FetchX509SVID').next(), { code: status.PERMISSION_DENIED });
  });

  test('a new bundle is pushed', async () => {
    const stream = fixture.client.watch('FetchX509Bundles');
    const before = await stream.next();
    fixture.authority.revoked.push(Buffer.from('0102', 'hex'));
    fixture.server.onBundle();
    const next = await stream.next();
    assert.notDeepEqual(next.crl, before.crl);
    stream.cancel();
  });

  test('an agent that is not accepted any more hands out nothing', async () => {
    const stream = fixture.client.watch('FetchX509SVID');
    await stream.next();
    fixture.server.onRefused();
    await assert.rejects(stream.next(), { code: status.PERMISSION_DENIED });
    assert.equal(fixture.holdings.size, 0);
  });

  test('a client that goes away leaves nothing behind', async () => {
    const stream = fixture.client.watch('FetchX509SVID');
    await stream.next();
    stream.cancel();
    await until(() => fixture.watchers.size === 0, 'the stream is forgotten');
  });

  test('an agent that stops says Unavailable', async () => {
    const stream = fixture.client.watch('FetchX509SVID');
    await stream.next();
    await Promise.all([fixture.close(), assert.rejects(stream.next(), { code: status.UNAVAILABLE })]);
    fixture = await startFixture();
  });
});
