import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { generatePrivateKey, type JwtClaims, localSigner, signJwt } from '../crypto/index.ts';
import { jwksOf } from '../issuance/index.ts';
import { opensslVerify } from '../issuance/testing/judge.ts';
import {
  askJwt,
  askX509,
  declared,
  INSTANCE,
  identity,
  joinAgent,
  moved,
  openWorld,
  person,
  renew,
  type TestAgent,
  type World,
} from '../issuance/testing/world.ts';
import { isMunimentError } from '../kernel/index.ts';
import type { Draft } from '../store/index.ts';
import type { LockTarget } from './index.ts';

let world: World;
let agent: TestAgent;
before(async () => {
  world = await openWorld();
  agent = await joinAgent(world);
});
after(() => world.close());

const withCode = (code: string) => (error: unknown) => isMunimentError(error) && error.code === code;

/** One live certificate and token of an identity of its own. */
async function liveOf(name: string, uid: number, member = agent, drafts: Draft[] = []) {
  const trust = declared('Trust', `tru_${name}`, name, {
    identity: `idn_${name}`,
    method: 'unix',
    where: { uid },
  });
  await world.log.append([
    ...drafts,
    ...identity(name, drafts.length > 0 ? { owner: `per_${name}`, application: `app_${name}` } : {}),
    trust,
  ]);
  const instance = `ins_${String.fromCharCode(97 + (uid % 26)).repeat(26)}`;
  const asked = { attested: { uid }, instance };
  const [x509] = (await askX509(world, member, asked)).granted;
  const [jwt] = (await askJwt(world, member, asked)).granted;
  return {
    chain: x509?.certificate ?? [],
    entry: x509?.entry ?? -1,
    jwt: jwt?.jwt ?? '',
    jwtEntry: jwt?.entry ?? -1,
    asked,
    instance,
  };
}

const ownApplication = (name: string): Draft[] => [
  person(name),
  declared('Application', `app_${name}`, `app-${name}`, {
    description: '',
    owner: `per_${name}`,
    status: 'active',
  }),
];

const KINDS: Array<[kind: LockTarget['kind'], id: (name: string, instance: string) => string]> = [
  ['identity', (name) => `idn_${name}`],
  ['trust', (name) => `tru_${name}`],
  ['owner', (name) => `per_${name}`],
  ['application', (name) => `app_${name}`],
  ['instance', (_, instance) => instance],
];
for (const [at, [kind, idOf]] of KINDS.entries()) {
  test(`a lock on the ${kind} kills what was granted, refuses what is asked, and lifting revives nothing`, async () => {
    const name = `by-${kind}`;
    const { chain, jwt, asked, instance } = await liveOf(name, 5000 + at, agent, ownApplication(name));
    assert.ok((await opensslVerify(world, chain, true)).ok);
    assert.equal((await world.revocation.introspect(jwt)).active, true);

    const lock = await world.revocation.lock({ kind, id: idOf(name, instance) }, 'stolen laptop', 'sys');
    assert.match((await opensslVerify(world, chain, true)).text, /certificate revoked/);
    assert.deepEqual(await world.revocation.introspect(jwt), { active: false });
    const refused = await askX509(world, agent, asked);
    assert.deepEqual(
      refused.refused.map(({ code }) => code),
      ['locked'],
    );

    await world.revocation.lift(lock.lock, 'found again', 'sys');
    assert.match((await opensslVerify(world, chain, true)).text, /certificate revoked/);
    assert.deepEqual(await world.revocation.introspect(jwt), { active: false });
    const [again] = (await askX509(world, agent, asked)).granted;
    assert.ok((await opensslVerify(world, again?.certificate ?? [], true)).ok);
    await assert.rejects(world.revocation.lift(lock.lock, 'twice', 'sys'), withCode('conflict'));
  });
}

test('a lock on one credential kills that one', async () => {
  const { chain, entry, jwt, jwtEntry } = await liveOf('single', 5100);
  await world.revocation.lock({ kind: 'credential', id: String(entry) }, 'leaked', 'sys');
  assert.match((await opensslVerify(world, chain, true)).text, /certificate revoked/);
  assert.equal((await world.revocation.introspect(jwt)).active, true);
  await world.revocation.lock({ kind: 'credential', id: String(jwtEntry) }, 'leaked', 'sys');
  assert.equal((await world.revocation.introspect(jwt)).active, false);
});

test('a lock on an agent ends it and what it asked for, and lifting it means joining anew', async () => {
  const member = await joinAgent(world, 'host-2');
  const { chain, jwt, asked } = await liveOf('by-agent', 5101, member);
  const lock = await world.revocation.lock({ kind: 'agent', id: member.id }, 'host lost', 'sys');
  for (const dead of [chain, member.chain])
    assert.match((await opensslVerify(world, dead, true)).text, /certificate revoked/);
  assert.equal((await world.revocation.introspect(jwt)).active, false);
  for (const answer of [await renew(world, member), await askX509(world, member, asked)]) {
    assert.deepEqual(
      answer.refused.map(({ code }) => code),
      ['locked'],
    );
  }
  assert.equal((await askX509(world, agent, asked)).granted.length, 1);
  await world.revocation.lift(lock.lock, 'found', 'sys');
  assert.deepEqual(
    (await renew(world, member)).refused.map(({ code }) => code),
    ['locked'],
  );
  assert.equal((await renew(world, await joinAgent(world, 'host-2'))).granted.length, 1);
});

test('what an owner lock reached stays dead when the identity gets another owner', async () => {
  const { chain, jwt } = await liveOf('handed-on', 5102, agent, ownApplication('handed-on'));
  const { lock } = await world.revocation.lock(
    { kind: 'owner', id: 'per_handed-on' },
    'left in anger',
    'sys',
  );
  const row = (await world.log.view()).rows('lock').get(lock);
  assert.deepEqual(row && (await world.revocation.identitiesReached(row)), ['idn_handed-on']);
  await world.log.append(identity('handed-on'));
  assert.match((await opensslVerify(world, chain, true)).text, /certificate revoked/);
  assert.equal((await world.revocation.introspect(jwt)).active, false);
});

test('a lock and grants that race: what came before it is dead, and nothing comes after', async () => {
  const { asked } = await liveOf('raced', 5103);
  const asking = Array.from({ length: 30 }, () => askX509(world, agent, asked));
  const locking = world.revocation.lock({ kind: 'identity', id: 'idn_raced' }, 'race', 'sys');
  const more = Array.from({ length: 30 }, () => askX509(world, agent, asked));
  const { entry } = await locking;
  const answers = (await Promise.all([...asking, ...more])).flatMap(({ granted, refused }) => [
    ...granted,
    ...refused,
  ]);
  const granted = answers.filter((answer) => 'spiffeId' in answer);
  const refused = answers.filter((answer) => 'code' in answer);
  assert.equal(granted.length + refused.length, 60);
  assert.ok(refused.length > 0);
  assert.ok(granted.every((grant) => grant.entry < entry));
  assert.ok(refused.every((refusal) => refusal.entry > entry));
  for (const { certificate } of granted.slice(-2)) {
    assert.match((await opensslVerify(world, certificate ?? [], true)).text, /certificate revoked/);
  }
});

test('only what exists can be locked, with a reason', async () => {
  const { lock } = world.revocation;
  const UNKNOWN: LockTarget[] = [
    { kind: 'identity', id: 'idn_none' },
    { kind: 'credential', id: '0' },
    { kind: 'credential', id: '../1' },
    { kind: 'instance', id: 'x' },
    { kind: 'owner', id: 'idn_payments' },
    { kind: 'agent', id: '' },
  ];
  for (const target of UNKNOWN) await assert.rejects(lock(target, 'why', 'sys'), withCode('not_found'));
  await assert.rejects(lock({ kind: 'policy' as never, id: 'x' }, 'why', 'sys'), withCode('bad_request'));
  for (const reason of ['', '  ', 'x'.repeat(1025), '\ud800']) {
    await assert.rejects(
      lock({ kind: 'identity', id: 'idn_payments' }, reason, 'sys'),
      withCode('bad_request'),
    );
  }
});

test('introspection says active only of a live token that its entry tells of', async () => {
  const { jwt } = await liveOf('told', 5104);
  const active = await world.revocation.introspect(jwt);
  assert.deepEqual(active, { active: true, token_type: 'Bearer', ...jose.decodeJwt(jwt) });
  const signer = await world.authority.jwtSigner();
  const claims = jose.decodeJwt(jwt) as unknown as JwtClaims;
  const stranger = localSigner(generatePrivateKey('ES256'), 'ES256');
  const FORGED = [
    signJwt({ ...claims, sub: 'spiffe://example.org/other' }, signer),
    signJwt({ ...claims, aud: ['billing'] }, signer),
    signJwt({ ...claims, exp: claims.exp + 3600 }, signer),
    signJwt({ ...claims, jti: `0.${'0'.repeat(64)}` }, signer),
    signJwt({ ...claims, jti: claims.jti.replace(/.$/, (last) => (last === '0' ? '1' : '0')) }, signer),
    signJwt({ ...claims, jti: 'x' }, signer),
    signJwt(claims, { ...stranger, keyId: signer.keyId }),
    Promise.resolve(''),
    Promise.resolve('a.b.c'),
  ];
  for (const forged of await Promise.all(FORGED)) {
    assert.deepEqual(await world.revocation.introspect(forged), { active: false });
  }
  await world.log.append([moved('idn_told', 'suspended')]);
  assert.deepEqual(await world.revocation.introspect(jwt), { active: false });
});

test('a third party checks a JWT with jose and the published keys; when it ends it is no longer active', async () => {
  const { jwt } = await liveOf('third', 5105);
  const keys = jose.createLocalJWKSet(await jwksOf(world.authority));
  const { payload } = await jose.jwtVerify(jwt, keys, { audience: 'orders', currentDate: world.clock.now() });
  assert.equal(payload.sub, 'spiffe://example.org/third');
  world.clock.advance(300_000);
  assert.deepEqual(await world.revocation.introspect(jwt), { active: false });
});

test('a CRL is kept while no lock is placed, and signed again in time', async () => {
  const { name } = await world.authority.issuing('workload');
  const first = await world.revocation.crl(name);
  assert.equal(await world.revocation.crl(name), first);
  world.clock.advance(600_000);
  assert.notEqual(await world.revocation.crl(name), first);
  await assert.rejects(world.revocation.crl('other-1'), withCode('not_found'));
});

test('probes are told by lock, with closed words', async () => {
  const { lock } = await world.revocation.lock({ kind: 'instance', id: INSTANCE }, 'probe', 'sys');
  const probe = {
    point: 'crl' as const,
    credential: 7,
    outcome: 'REFUSED' as const,
    latencyMs: 12.5,
    detail: 'revoked',
  };
  const { entry } = await world.revocation.recordProbes(
    lock,
    [{ ...probe, more: 1 } as typeof probe],
    agent.id,
  );
  assert.deepEqual((await world.log.row('probe', String(entry)))?.probes, [probe]);
  const record = (target: string, probes: unknown[]) =>
    world.revocation.recordProbes(target, probes as never, agent.id);
  await assert.rejects(record('lok_none', [probe]), withCode('not_found'));
  for (const bad of [
    { point: 'moon' },
    { outcome: 'PASS' },
    { latencyMs: -1 },
    { credential: 'x' },
    { detail: '\ud800' },
  ]) {
    await assert.rejects(record(lock, [{ ...probe, ...bad }]), withCode('bad_request'));
  }
  await assert.rejects(record(lock, []), withCode('bad_request'));
});
