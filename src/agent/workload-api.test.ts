import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Metadata, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { TRUST_DOMAIN } from './testing/authority.ts';
import { type Fixture, OWN_ID, startFixture, uid } from './testing/fixture.ts';

const STREAMS = ['FetchX509SVID', 'FetchX509Bundles', 'FetchJWTBundles'];
const AUDIENCE = ['billing'];

describe('workload API', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(() => fixture.close());

  /** Asks every method once and answers with the first message or the code of the refusal. */
  const askAll = (metadata = fixture.client.metadata) => ({
    ...Object.fromEntries(
      STREAMS.map((method) => [method, () => fixture.client.watch(method, {}, metadata).next()]),
    ),
    FetchJWTSVID: () => fixture.client.call('FetchJWTSVID', { audience: AUDIENCE }, metadata),
    ValidateJWTSVID: () => fixture.client.call('ValidateJWTSVID', { audience: 'a', svid: 'x.y.z' }, metadata),
  });

  test('an X509-SVID comes with its key, its bundle and the CRL', async () => {
    const { svids, crl } = await fixture.client.watch('FetchX509SVID').next();
    assert.equal(svids.length, 1);
    assert.equal(svids[0].spiffe_id, OWN_ID);
    assert.equal(crl.length, 1);
    const leaf = new X509Certificate(svids[0].x509_svid);
    assert.equal(leaf.subjectAltName, `URI:${OWN_ID}`);
    assert.ok(leaf.verify(new X509Certificate(svids[0].bundle).publicKey));
    const key = createPrivateKey({ key: svids[0].x509_svid_key, format: 'der', type: 'pkcs8' });
    assert.ok(createPublicKey(key).equals(leaf.publicKey));
  });

  test('bundles are named by their trust domain', async () => {
    const x509 = await fixture.client.watch('FetchX509Bundles').next();
    assert.deepEqual(Object.keys(x509.bundles), [`spiffe://${TRUST_DOMAIN}`]);
    assert.ok(new X509Certificate(x509.bundles[`spiffe://${TRUST_DOMAIN}`]).ca);
    const jwt = await fixture.client.watch('FetchJWTBundles').next();
    const { keys } = JSON.parse(jwt.bundles[`spiffe://${TRUST_DOMAIN}`].toString());
    assert.equal(keys.length, 1);
    assert.equal(typeof keys[0].kid, 'string');
  });

  test('a JWT-SVID validates for its audience and for no other', async () => {
    const { svids } = await fixture.client.call('FetchJWTSVID', { audience: AUDIENCE });
    assert.equal(svids.length, 1);
    const { svid } = svids[0];
    const valid = await fixture.client.call('ValidateJWTSVID', { audience: AUDIENCE[0], svid });
    assert.equal(valid.spiffe_id, OWN_ID);
    assert.equal(valid.claims.fields.sub.stringValue, OWN_ID);
    await assert.rejects(fixture.client.call('ValidateJWTSVID', { audience: 'other', svid }), {
      code: status.INVALID_ARGUMENT,
    });
  });

  for (const [what, header] of [
    ['missing', undefined],
    ['`True`', 'True'],
    ['empty', ''],
    ['`true` twice', 'true, true'],
  ] as const) {
    test(`every method refuses a security header that is ${what}`, async () => {
      const metadata = new Metadata();
      if (header !== undefined) metadata.set('workload.spiffe.io', header);
      for (const ask of Object.values(askAll(metadata))) {
        await assert.rejects(ask(), { code: status.INVALID_ARGUMENT });
      }
      assert.equal(fixture.authority.asked.length, 0);
    });
  }

  test('no identity is PermissionDenied on every method', async () => {
    fixture.authority.allowed.clear();
    for (const ask of Object.values(askAll()))
      await assert.rejects(ask(), { code: status.PERMISSION_DENIED });
  });

  test('a refusal tells the caller its entry and nothing of the reason', async () => {
    fixture.authority.allowed.clear();
    await assert.rejects(fixture.client.watch('FetchX509SVID').next(), {
      details: 'no identity issued (entry 1)',
    });
  });

  test('a server that is away is Unavailable on every method', async () => {
    fixture.authority.away = true;
    for (const ask of Object.values(askAll())) await assert.rejects(ask(), { code: status.UNAVAILABLE });
  });

  for (const [what, request] of [
    ['no audience', {}],
    ['an empty audience', { audience: [''] }],
    ['an empty one among others', { audience: ['a', ''] }],
    ['too many audiences', { audience: Array(17).fill('a') }],
    ['an audience that is too long', { audience: ['a'.repeat(1025)] }],
    ['a SPIFFE ID that is none', { audience: AUDIENCE, spiffe_id: 'spiffe://example.test/../x' }],
  ] as const) {
    test(`${what} is InvalidArgument`, async () => {
      await assert.rejects(fixture.client.call('FetchJWTSVID', request), { code: status.INVALID_ARGUMENT });
      assert.equal(fixture.authority.asked.length, 0);
    });
  }

  test('one SPIFFE ID may be picked, and one that is not the caller’s is denied', async () => {
    const other = `spiffe://${TRUST_DOMAIN}/other`;
    fixture.authority.allowed.set(uid, [OWN_ID, other]);
    const { svids } = await fixture.client.call('FetchJWTSVID', { audience: AUDIENCE, spiffe_id: other });
    assert.deepEqual(
      svids.map((svid: { spiffe_id: string }) => svid.spiffe_id),
      [other],
    );
    const foreign = { audience: AUDIENCE, spiffe_id: `spiffe://${TRUST_DOMAIN}/third` };
    await assert.rejects(fixture.client.call('FetchJWTSVID', foreign), { code: status.PERMISSION_DENIED });
  });

  test('hints are unique within a response', async () => {
    const ids = ['a', 'b', 'c', 'd'].map((name) => `spiffe://${TRUST_DOMAIN}/${name}`);
    fixture.authority.allowed.set(uid, ids);
    fixture.authority.hints = ['internal', 'internal', '', 'x'.repeat(1025)];
    const { svids } = await fixture.client.watch('FetchX509SVID').next();
    assert.deepEqual(
      svids.map((svid: { hint: string }) => svid.hint),
      ['internal', '', '', ''],
    );
  });

  test('what the service does not have is Unimplemented', async () => {
    for (const path of [
      '/SpiffeWorkloadAPI/FetchWITSVID',
      '/SpiffeWorkloadAPI/FetchWITBundles',
      '/other.Service/X',
    ]) {
      await assert.rejects(fixture.client.callRaw(path), { code: status.UNIMPLEMENTED });
    }
  });

  test('a token of any shape is refused and nothing breaks', async () => {
    const { svids } = await fixture.client.call('FetchJWTSVID', { audience: AUDIENCE });
    const [header, payload, signature] = svids[0].svid.split('.');
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      `${encode({ alg: 'none' })}.${payload}.`,
      `${encode({ alg: 'HS256', kid: 'x' })}.${payload}.${signature}`,
      `${header}.${encode({ sub: OWN_ID, aud: 'billing', exp: 9e9 })}.${signature}`,
      `${header}.${payload}.${signature}.`,
      'x'.repeat(20_000),
    ];
    for (const svid of forged) {
      await assert.rejects(fixture.client.call('ValidateJWTSVID', { audience: AUDIENCE[0], svid }), {
        code: status.INVALID_ARGUMENT,
      });
    }
    const anything = fc.asyncProperty(fc.string({ minLength: 1, unit: 'binary' }), async (svid) => {
      await assert.rejects(fixture.client.call('ValidateJWTSVID', { audience: 'a', svid }), {
        code: status.INVALID_ARGUMENT,
      });
    });
    await fc.assert(anything, { numRuns: 25 });
  });

  test('a profile without certificates still gets bundles and validation, and no certificate', async () => {
    fixture.authority.refuseCertificates = true;
    await assert.rejects(fixture.client.watch('FetchX509SVID').next(), { code: status.PERMISSION_DENIED });
    assert.ok(await fixture.client.watch('FetchJWTBundles').next());
    const { svids } = await fixture.client.call('FetchJWTSVID', { audience: AUDIENCE });
    const { svid } = svids[0];
    assert.ok(await fixture.client.call('ValidateJWTSVID', { audience: AUDIENCE[0], svid }));
  });
});
