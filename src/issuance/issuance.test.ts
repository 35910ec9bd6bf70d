import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Body, DecisionRecord, RequestRecord } from '#verifier';
import { keyHashOf, parseSerial } from '../crypto/index.ts';
import { isMunimentError } from '../kernel/index.ts';
import type { Draft } from '../store/index.ts';
import type { Issued } from './index.ts';
import { opensslVerify } from './testing/judge.ts';
import {
  askJwt,
  askX509,
  declared,
  FACTS,
  INSTANCE,
  identity,
  joinAgent,
  moved,
  newKey,
  openWorld,
  person,
  renew,
  type TestAgent,
  type World,
} from './testing/world.ts';

let world: World;
let agent: TestAgent;
before(async () => {
  world = await openWorld();
  agent = await joinAgent(world);
});
after(() => world.close());

const withCode = (code: string) => (error: unknown) => isMunimentError(error) && error.code === code;
const codes = (issued: Issued): string[] => issued.refused.map(({ code }) => code);

type Told = { request: RequestRecord; decision: DecisionRecord };
async function told(entry: number): Promise<{ kind: string; data: Told; body: Body }> {
  const stored = await world.log.entry(entry);
  const body = JSON.parse(Buffer.from(stored?.body ?? []).toString());
  return { kind: stored?.kind ?? '', data: body.data, body };
}

test('a workload gets an X509-SVID that names its entry and that openssl accepts', async () => {
  const { csr } = newKey();
  const issued = await askX509(world, agent, { csr, claimed: { version: '1.2' } });
  const [grant] = issued.granted;
  assert.ok(grant?.certificate?.[0]);
  const leaf = new X509Certificate(grant.certificate[0]);
  assert.equal(leaf.subjectAltName, 'URI:spiffe://example.org/payments');
  assert.equal(parseSerial(leaf.serialNumber)?.index, grant.entry);
  const stored = await world.log.entry(grant.entry);
  assert.ok(
    Buffer.from(stored?.leafHash ?? [])
      .toString('hex')
      .startsWith(parseSerial(leaf.serialNumber)?.leafHash ?? '-'),
  );
  assert.deepEqual(await opensslVerify(world, grant.certificate, true), { ok: true, text: 'leaf: OK\n' });
  const row = await world.log.row('credential', String(grant.entry));
  const spki = leaf.publicKey.export({ format: 'der', type: 'spki' });
  assert.equal(row?.credential.keyHash, keyHashOf(spki));
  assert.equal(Date.parse(leaf.validTo), Date.parse(row?.credential.notAfter ?? ''));
  assert.equal(Date.parse(leaf.validFrom), Date.parse(row?.credential.notBefore ?? ''));
  assert.equal(row?.credential.ttlSeconds, 3600);
  assert.deepEqual(row?.request.attested, FACTS);
  assert.deepEqual(row?.request.claimed, { version: '1.2' });
  assert.equal(row?.request.agent, agent.id);
  assert.equal(row?.request.instance, INSTANCE);
  assert.equal(grant.receipt.index, grant.entry);
});

test('a certificate of an agent is one of the control CA, under its own name', async () => {
  const leaf = new X509Certificate(agent.certificate);
  assert.equal(leaf.subjectAltName, `URI:spiffe://example.org/muniment/agent/${agent.id}`);
  assert.ok((await opensslVerify(world, agent.chain, true)).ok);
  const renewed = await renew(world, agent);
  assert.equal(renewed.granted[0]?.spiffeId, `spiffe://example.org/muniment/agent/${agent.id}`);
  assert.equal(renewed.agent, agent.id);
});

test('a life beyond the profile is cut and said; a default one is not called cut', async () => {
  const [long] = (await askX509(world, agent, { ttlSeconds: 999_999 })).granted;
  assert.deepEqual([long?.ttlSeconds, long?.shortened], [7200, true]);
  const [short] = (await askX509(world, agent, { ttlSeconds: 60 })).granted;
  assert.deepEqual([short?.ttlSeconds, short?.shortened], [60, false]);
  assert.equal((await askJwt(world, agent)).granted[0]?.ttlSeconds, 300);
});

test('nobody is an entry too: the attested facts, no identity, and that no trust matched', async () => {
  const issued = await askX509(world, agent, { attested: { ...FACTS, uid: 1002 } });
  assert.deepEqual(codes(issued), ['no_identity']);
  const { kind, data } = await told(issued.refused[0]?.entry ?? -1);
  assert.equal(kind, 'credential.refused');
  assert.equal(data.request.identity, null);
  assert.deepEqual(data.request.attested, { ...FACTS, uid: 1002 });
  assert.equal(data.decision.rule, 'none matched');
  assert.match(data.decision.policySet, /^[0-9a-f]{64}$/);
});

test('a refusal has the same fields as a grant', async () => {
  const refused = (await askX509(world, agent, { ttlSeconds: 666 })).refused[0];
  const granted = (await askX509(world, agent)).granted[0];
  const [no, yes] = [await told(refused?.entry ?? -1), await told(granted?.entry ?? -1)];
  assert.equal(refused?.code, 'policy_denied');
  assert.equal(no.data.decision.rule, 'forbid');
  assert.deepEqual(
    no.data.decision.determining.map(({ policy }) => policy),
    ['not-at-night'],
  );
  assert.deepEqual(Object.keys(no.data.request).sort(), Object.keys(yes.data.request).sort());
  assert.deepEqual(Object.keys(no.data.decision).sort(), Object.keys(yes.data.decision).sort());
});

test('an audience outside the profile is denied', async () => {
  assert.deepEqual(codes(await askJwt(world, agent, { audience: ['orders', 'billing'] })), [
    'profile_denied',
  ]);
});

test('every identity that the facts prove has an item of its own', async () => {
  const trust = (name: string): Draft =>
    declared('Trust', `tru_${name}`, `trust-${name}`, {
      identity: `idn_${name}`,
      method: 'unix',
      where: { uid: 2001 },
    });
  const suspended = moved('idn_three', 'suspended');
  const names = ['one', 'two', 'three'];
  await world.log.append([...names.flatMap((name) => [...identity(name), trust(name)]), suspended]);
  const issued = await askX509(world, agent, { attested: { uid: 2001 } });
  assert.deepEqual(issued.granted.map(({ hint }) => hint).sort(), ['one', 'two']);
  assert.deepEqual(codes(issued), ['identity_not_active']);
  const requests = await Promise.all(
    [...issued.granted, ...issued.refused].map(async ({ entry }) => (await told(entry)).data.request.request),
  );
  assert.deepEqual([...new Set(requests)], [issued.request]);
});

test('a trust that names other agents is not satisfied', async () => {
  const where = { uid: 2002 };
  await world.log.append([
    ...identity('elsewhere'),
    declared('Trust', 'tru_elsewhere', 'elsewhere', {
      identity: 'idn_elsewhere',
      method: 'unix',
      where,
      agents: ['host-2'],
    }),
  ]);
  assert.deepEqual(codes(await askX509(world, agent, { attested: where })), ['no_identity']);
  const other = await joinAgent(world, 'host-2');
  assert.equal((await askX509(world, other, { attested: where })).granted.length, 1);
});

const STANDINGS: Array<[name: string, drafts: Draft[], code: string]> = [
  ['suspended', [...identity('suspended'), moved('idn_suspended', 'suspended')], 'identity_not_active'],
  ['without-purpose', identity('without-purpose', { purpose: ' ' }), 'identity_not_active'],
  [
    'of-retired-app',
    [
      declared('Application', 'app_old', 'old', { description: '', owner: 'per_ann', status: 'retired' }),
      ...identity('of-retired-app', { application: 'app_old' }),
    ],
    'identity_not_active',
  ],
  ['of-unknown-app', identity('of-unknown-app', { application: 'app_none' }), 'identity_not_active'],
  ['ownerless', [person('gone', 'left'), ...identity('ownerless', { owner: 'per_gone' })], 'no_living_owner'],
  ['new-of-deputy', identity('new-of-deputy', { owner: 'per_gone', deputy: 'per_dee' }), 'no_living_owner'],
  ['of-nobody', identity('of-nobody', { owner: 'per_none' }), 'no_living_owner'],
  ['unprofiled', identity('unprofiled', { profile: 'prf_none' }), 'profile_denied'],
];
for (const [at, [name, drafts, code]] of STANDINGS.entries()) {
  test(`an identity that is ${name} is refused: ${code}`, async () => {
    const where = { uid: 3000 + at };
    const trust = declared('Trust', `tru_${name}`, name, { identity: `idn_${name}`, method: 'unix', where });
    await world.log.append([...drafts, trust]);
    const issued = await askX509(world, agent, { attested: where });
    assert.deepEqual(codes(issued), [code]);
    assert.equal(issued.granted.length, 0);
  });
}

test('a SPIFFE ID of 2,048 bytes works end to end', async () => {
  const where = { uid: 4000 };
  const spiffePath = `/${'a'.repeat(2048 - 'spiffe://example.org/'.length)}`;
  await world.log.append([
    ...identity('long', { spiffePath }),
    declared('Trust', 'tru_long', 'long', { identity: 'idn_long', method: 'unix', where }),
  ]);
  const [grant] = (await askX509(world, agent, { attested: where })).granted;
  assert.equal(grant?.spiffeId.length, 2048);
  assert.ok((await opensslVerify(world, grant?.certificate ?? [])).ok);
});

test('one of 2,049 bytes is refused with its code', async () => {
  const where = { uid: 4001 };
  const spiffePath = `/${'a'.repeat(2049 - 'spiffe://example.org/'.length)}`;
  await world.log.append([
    ...identity('longer', { spiffePath }),
    declared('Trust', 'tru_longer', 'longer', { identity: 'idn_longer', method: 'unix', where }),
  ]);
  await assert.rejects(askX509(world, agent, { attested: where }), withCode('invalid_spiffe_id'));
});

const BAD: Array<[name: string, asked: Parameters<typeof askX509>[2], code: string]> = [
  ['another curve', { csr: newKey('secp256k1').csr }, 'invalid_csr'],
  ['an extra byte', { csr: Buffer.concat([newKey().csr, Buffer.from([0])]) }, 'invalid_csr'],
  [
    'a wrong signature',
    { csr: Buffer.concat([newKey().csr.subarray(0, -1), Buffer.from([0])]) },
    'invalid_csr',
  ],
  ['a negative life', { ttlSeconds: -1 }, 'bad_request'],
  ['no instance', { instance: '../../x' }, 'bad_request'],
  ['a fact of another kind', { attested: { uid: 'root' } }, 'attestation_refused'],
  ['claims that are a list', { claimed: [] }, 'bad_request'],
];
for (const [name, asked, code] of BAD) {
  test(`${name}: ${code}, and no entry`, async () => {
    const { size } = await world.log.head();
    await assert.rejects(askX509(world, agent, asked), withCode(code));
    assert.equal((await world.log.head()).size, size);
  });
}

for (const audience of [[], [''], ['\ud800'], Array(17).fill('a'), ['a'.repeat(2049)]]) {
  test(`${audience.length} audiences of that kind are refused`, () =>
    assert.rejects(askJwt(world, agent, { audience }), withCode('bad_request')));
}

test('a certificate of another authority, or of a workload, is no agent', async (t) => {
  const other = await openWorld();
  t.after(() => other.close());
  const stranger = await joinAgent(other);
  await assert.rejects(askX509(world, stranger), withCode('attestation_refused'));
  const svid = (await askX509(world, agent)).granted[0]?.certificate?.[0] ?? new Uint8Array();
  for (const certificate of [svid, agent.certificate.subarray(1), new Uint8Array(), Buffer.alloc(20_000)]) {
    await assert.rejects(renew(world, { ...agent, certificate }), withCode('attestation_refused'));
  }
});

test('without a record there is no credential', async (t) => {
  const broken = await openWorld();
  const member = await joinAgent(broken);
  t.after(() => broken.database.close());
  await broken.log.close();
  await assert.rejects(askX509(broken, member), withCode('storage_unavailable'));
});
