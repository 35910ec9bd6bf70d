import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isMunimentError } from '../kernel/index.ts';
import { declared, joinAgent, newKey, openWorld, renew, type World } from './testing/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const join = (token: string, name = 'host') =>
  world.issuance.issue({ action: 'join', door: 'agent', address: null, token, name, csr: newKey().csr });
const create = (agentName = 'host', ttlSeconds = 600) =>
  world.tokens.create({ agentName, ttlSeconds, actor: 'sys' });
const withCode = (code: string) => (error: unknown) => isMunimentError(error) && error.code === code;

test('a join is two entries, and the token is kept as a hash alone', async () => {
  const { token, id } = await create();
  assert.match(token, /^mjt_[A-Za-z0-9_-]{43}$/);
  const issued = await join(token);
  const [grant] = issued.granted;
  const joined = await world.log.row('agent', issued.agent ?? '');
  assert.deepEqual(
    [joined?.name, joined?.instance, joined?.entry],
    ['host', issued.instance, (grant?.entry ?? 0) - 1],
  );
  assert.equal((await world.log.row('token', id))?.usedBy, issued.agent);
  const dump = JSON.stringify([
    await world.database.db.selectFrom('join_token').selectAll().execute(),
    await world.database.db.selectFrom('row_token').selectAll().execute(),
  ]);
  assert.ok(!dump.includes(token) && !dump.includes(token.slice(4)));
});

test('missing, wrong, late, used and another name: one error, word for word, and no entry', async () => {
  const used = await create();
  await join(used.token);
  const late = await create('host', 1);
  world.clock.advance(1000);
  const good = await create();
  const { size } = await world.log.head();
  const refusals = await Promise.allSettled([
    join(''),
    join('mjt_'),
    join(`mjt_${'A'.repeat(43)}`),
    join(`${good.token}x`),
    join(used.token),
    join(late.token),
    join(good.token, 'other'),
  ]);
  const said = new Set<string>();
  for (const refusal of refusals) {
    assert.ok(refusal.status === 'rejected' && isMunimentError(refusal.reason));
    const { code, status, message } = refusal.reason;
    said.add(`${code} ${status} ${message}`);
  }
  assert.deepEqual([...said], ['join_refused 403 join token is not valid']);
  assert.equal((await world.log.head()).size, size);
  assert.equal((await join(good.token)).granted.length, 1);
});

test('of many that hold one token, one joins', async () => {
  const { token } = await create();
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => join(token)));
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const result of results)
    if (result.status === 'rejected') assert.ok(withCode('join_refused')(result.reason));
  const agents = await world.log.rows('agent');
  assert.equal(new Set(agents.map(({ id }) => id)).size, agents.length);
});

test('a join that policy refuses is recorded and does not use the token up', async () => {
  const { token } = await create();
  const lock = await world.revocation.lock({ kind: 'trust', id: 'tru_join' }, 'test', 'sys');
  const refused = await join(token);
  assert.deepEqual(
    refused.refused.map(({ code }) => code),
    ['locked'],
  );
  assert.equal(refused.agent, null);
  await world.revocation.lift(lock.lock, 'test', 'sys');
  assert.equal((await join(token)).granted.length, 1);
});

test('a token is made for a trust of method token, a plain name and a life that ends', async () => {
  const create = (more: object) => world.tokens.create({ agentName: 'a', actor: 'sys', ...more });
  await assert.rejects(create({ trust: 'payments-unix' }), withCode('not_found'));
  await assert.rejects(create({ trust: 'none' }), withCode('not_found'));
  for (const agentName of ['', '../x', 'A', 'a'.repeat(64)])
    await assert.rejects(create({ agentName }), withCode('invalid_name'));
  for (const ttlSeconds of [0, -1, 1.5, Number.NaN, 604_801])
    await assert.rejects(create({ ttlSeconds }), withCode('bad_request'));
});

test('an agent renews until its certificate ends, and not where its trust was retired', async () => {
  const agent = await joinAgent(world, 'keeper');
  world.clock.advance(3599_000);
  assert.equal((await renew(world, agent)).granted.length, 1);
  world.clock.advance(1000);
  await assert.rejects(renew(world, agent), withCode('attestation_refused'));
  const late = await joinAgent(world, 'late');
  const retired = { kind: 'Trust' as const, id: 'tru_join', change: null, reason: 'test' };
  await world.log.append([{ kind: 'resource.retired', subject: 'tru_join', actor: 'sys', data: retired }]);
  assert.deepEqual(
    (await renew(world, late)).refused.map(({ code }) => code),
    ['no_identity'],
  );
  await world.log.append([
    declared('Trust', 'tru_join', 'muniment-agent-token', {
      identity: 'idn_muniment-agent',
      method: 'token',
      where: {},
    }),
  ]);
});
