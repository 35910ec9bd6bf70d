import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tls from 'node:tls';
import { promisify } from 'node:util';
import { encodePem, openKeys, sealWith } from '../crypto/index.ts';
import { isMunimentError, manualClock } from '../kernel/index.ts';
import { type Database, openDatabase } from '../store/index.ts';
import { type Authority, createAuthority, jwksOf, sealedSecrets, spiffeBundleOf } from './index.ts';
import { askJwt, joinAgent, openWorld, renew, TRUST_DOMAIN } from './testing/world.ts';

const run = promisify(execFile);
const DAY_MS = 86_400_000;
const START = '2026-03-03T10:00:00Z';
const pem = (der: Uint8Array): string => encodePem(der, 'CERTIFICATE');

let database: Database;
before(async () => {
  database = await openDatabase({ memory: true });
});
after(() => database.close());

function open(seal = 7, clock = manualClock(START)): Promise<Authority> {
  const keys = openKeys({ secrets: sealedSecrets(database), seal: sealWith(Buffer.alloc(32, seal), '') });
  return createAuthority({ keys, clock, trustDomain: TRUST_DOMAIN });
}

async function picture(authority: Authority) {
  const published = await authority.published();
  return {
    certificates: published.map(({ name, certificate }) => [name, pem(certificate)]),
    bundle: await spiffeBundleOf(authority),
  };
}

test('replicas that open one database together, and a restart, have one authority', async () => {
  const [one, two] = await Promise.all([open(), open()]);
  const later = await open(7, manualClock('2026-03-04T10:00:00Z'));
  assert.deepEqual(await picture(one), await picture(two));
  assert.deepEqual(await picture(one), await picture(later));
  const wrong = (error: unknown) => isMunimentError(error) && error.code === 'seal_key_wrong';
  await assert.rejects(open(8), wrong);
});

test('nothing of it lies in the database in clear', async () => {
  const { certificate, issuer } = (await open()).root();
  const rows = await database.db.selectFrom('sealed_secret').selectAll().execute();
  assert.ok(rows.length > 5);
  for (const { sealed } of rows) {
    for (const clear of [certificate.subarray(0, 32), issuer.signer.publicKey.subarray(-32)]) {
      assert.equal(Buffer.from(sealed).includes(Buffer.from(clear)), false);
    }
  }
});

test('the next keys are published a whole turn before they sign, and the last ones after', async () => {
  const clock = manualClock(START);
  const authority = await open(7, clock);
  let before = { names: new Set<string>(), kids: new Set<string>(), sequence: 0 };
  for (let day = 0; day < 1200; day += 45) {
    const names = new Set((await authority.published()).map(({ name }) => name));
    const kids = new Set((await jwksOf(authority)).keys.map(({ kid }) => kid ?? ''));
    const sequence = (await spiffeBundleOf(authority)).spiffe_sequence;
    const signing = {
      ca: (await authority.issuing('workload')).name,
      kid: (await authority.jwtSigner()).keyId,
    };
    assert.ok(names.has(signing.ca) && kids.has(signing.kid));
    if (day > 0) assert.ok(before.names.has(signing.ca) && before.kids.has(signing.kid), `day ${day}`);
    assert.equal(
      sequence > before.sequence,
      [...kids].some((kid) => !before.kids.has(kid)),
    );
    for (const { certificate, notBefore, notAfter } of await authority.publishedFor('workload')) {
      const read = new X509Certificate(certificate);
      assert.ok(read.verify(new X509Certificate(authority.root().certificate).publicKey));
      assert.deepEqual(
        [Date.parse(read.validFrom), Date.parse(read.validTo)],
        [notBefore.getTime(), notAfter.getTime()],
      );
    }
    const { notBefore, notAfter } = await authority.issuing('workload');
    const now = clock.now().getTime();
    assert.ok(notBefore.getTime() <= now && now + 60 * DAY_MS < notAfter.getTime());
    before = { names, kids, sequence };
    clock.advance(45 * DAY_MS);
  }
});

test('the bundle has one certificate in `x5c` and no `kid` for X.509, a `kid` for each JWT key', async () => {
  const authority = await open();
  const { keys, spiffe_refresh_hint: hint } = await spiffeBundleOf(authority);
  const [anchor, ...jwtKeys] = keys;
  assert.deepEqual(Object.keys(anchor ?? {}).sort(), ['crv', 'kty', 'use', 'x', 'x5c', 'y']);
  assert.deepEqual(anchor?.x5c, [Buffer.from(authority.root().certificate).toString('base64')]);
  assert.ok(
    jwtKeys.length === 2 && jwtKeys.every(({ use, kid, d }) => use === 'jwt-svid' && kid && d === undefined),
  );
  assert.ok(hint > 0);
  for (const key of (await jwksOf(authority)).keys) assert.deepEqual([key.use, key.alg], ['sig', 'ES256']);
});

test('a TLS server can ask for agents by the names of their CAs alone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const authority = await open(7, manualClock(new Date()));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, pem(authority.root().certificate));
  const ca = (await authority.publishedFor('control')).map(({ certificate }) => pem(certificate));
  const identity = await authority.serverIdentity(['muniment.example']);
  const server = tls.createServer({ ...identity, ca, requestCert: true, rejectUnauthorized: false });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const asked = run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', caFile]);
  asked.child.stdin?.end();
  const { stdout } = await asked;
  const [, after = ''] = stdout.split('Acceptable client certificate CA names\n');
  const named = after.split('Requested')[0]?.trim().split('\n') ?? [];
  assert.equal(named.length, ca.length);
  assert.ok(
    named.every((name) => name.includes('Muniment control CA')),
    stdout,
  );
  assert.match(stdout, /Verify return code: 0/);
});

test('credentials go on across a turn of every key', async (t) => {
  const world = await openWorld();
  t.after(() => world.close());
  const first = await world.authority.issuing('workload');
  world.clock.advance(299.99 * DAY_MS);
  const agent = await joinAgent(world);
  world.clock.advance(0.02 * DAY_MS);
  assert.notEqual((await world.authority.issuing('workload')).name, first.name);
  assert.equal((await renew(world, agent)).granted.length, 1);
  const jwt = (await askJwt(world, agent)).granted[0]?.jwt ?? '';
  assert.equal((await world.revocation.introspect(jwt)).active, true);
});
