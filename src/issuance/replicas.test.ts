import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { postgresPrograms, startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import { spiffeBundleOf } from './index.ts';
import { opensslVerify } from './testing/judge.ts';
import { askX509, joinAgent, newKey, openWorld, type World } from './testing/world.ts';

const skip = postgresPrograms() === undefined ? 'needs PostgreSQL' : false;

let postgres: TestPostgres;
let one: World;
let two: World;
before(async () => {
  if (skip) return;
  postgres = await startPostgres();
  const databaseUrl = await postgres.database('replicas');
  one = await openWorld({ databaseUrl });
  two = await openWorld({ databaseUrl });
});
after(async () => {
  if (skip) return;
  await Promise.allSettled([one?.close(), two?.close()]);
  await postgres?.stop();
});

test('replicas on one PostgreSQL have one authority, and agree on a key that both make at once', {
  skip,
}, async () => {
  const roots = [one, two].map(({ authority }) => Buffer.from(authority.root().certificate).toString('hex'));
  assert.equal(roots[0], roots[1]);
  assert.deepEqual(await spiffeBundleOf(one.authority), await spiffeBundleOf(two.authority));
  const made = await Promise.all([one, two, one, two].map(({ keys }) => keys.signer('fresh', 'ES256')));
  assert.equal(new Set(made.map(({ keyId }) => keyId)).size, 1);
});

test('of many that hold one token at two replicas, one joins', { skip }, async () => {
  const { token } = await one.tokens.create({ agentName: 'host', actor: 'sys' });
  const join = ({ issuance }: World) =>
    issuance.issue({ action: 'join', door: 'agent', address: null, token, name: 'host', csr: newKey().csr });
  const joins = await Promise.allSettled([one, two, one, two, one, two].map(join));
  assert.equal(
    joins.filter((each) => each.status === 'fulfilled' && each.value.granted.length === 1).length,
    1,
  );
});

test('a lock at one replica and grants at the other: what came before it is dead, nothing comes after', {
  skip,
}, async () => {
  const agent = await joinAgent(one);
  await askX509(two, agent);
  const asking = Array.from({ length: 20 }, () => askX509(two, agent));
  const locking = one.revocation.lock({ kind: 'identity', id: 'idn_payments' }, 'race', 'sys');
  const more = Array.from({ length: 20 }, () => askX509(two, agent));
  const { entry } = await locking;
  const answers = await Promise.all([...asking, ...more]);
  const granted = answers.flatMap((answer) => answer.granted);
  const refused = answers.flatMap((answer) => answer.refused);
  assert.equal(granted.length + refused.length, 40);
  assert.ok(granted.every((grant) => grant.entry < entry));
  assert.ok(refused.every((refusal) => refusal.code === 'locked' && refusal.entry > entry));
  const later = await askX509(two, agent);
  assert.deepEqual(
    later.refused.map(({ code }) => code),
    ['locked'],
  );
  for (const { certificate } of granted.slice(0, 2)) {
    assert.match((await opensslVerify(two, certificate ?? [], true)).text, /certificate revoked/);
  }
});
