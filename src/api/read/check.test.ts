import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import {
  encodePem,
  generatePrivateKey,
  issueCertificate,
  issuerOf,
  type JwtClaims,
  jtiOf,
  localSigner,
  serialOf,
  signJwt,
} from '../../crypto/index.ts';
import { newId } from '../../kernel/index.ts';
import {
  carryOut,
  enrol,
  joinAgent,
  newCsr,
  openTestHouse,
  type TestHouse,
  type TestPerson,
} from '../testing.ts';

/** A CA key that somebody else holds: its signatures are as good as ours to whoever trusts it. */
const stolen = localSigner(generatePrivateKey('ES256'), 'ES256');
const spkiOf = (certificate: X509Certificate) =>
  certificate.publicKey.export({ format: 'der', type: 'spki' });

describe('the check of a credential against its entry', () => {
  let house: TestHouse;
  let ada: TestPerson;
  let granted: { entry: number; certificate: X509Certificate };
  let token: { entry: number; jwt: string };

  before(async () => {
    house = await openTestHouse();
    ada = await enrol(house, 'ada');
    await carryOut(house, ada, await enrol(house, 'bo'));
    const { door } = await joinAgent(house, 'web-1');
    const issue = async (more: object) => {
      const body = { instance: newId('instance'), attested: { uid: 1001 }, claimed: {}, ...more };
      const answer = await house.call('/api/v1/agent/issue', { door, body });
      assert.equal(answer.status, 200, answer.text);
      return answer.json.items[0];
    };
    const x509 = await issue({ action: 'issue-x509-svid', csr: newCsr() });
    const certificate = new X509Certificate(Buffer.from(x509.certificate[0], 'base64'));
    granted = { entry: x509.entry, certificate };
    token = await issue({ action: 'issue-jwt-svid', audience: ['billing'] });
  });
  after(() => house.close());

  const check = async (body: object) =>
    (await house.call('/api/v1/credentials/check', { body, headers: ada.bearer })).json;

  const leafHash = async (index: number) => (await house.house.log.entry(index))?.leafHash as Uint8Array;

  /** The granted certificate made again under the stolen key, with something else in it. */
  async function forged(other: {
    spiffeId?: string;
    spki?: Uint8Array;
    notBefore?: Date;
    notAfter?: Date;
    index?: number;
  }): Promise<{ certificate: string }> {
    const { certificate, entry } = granted;
    const index = other.index ?? entry;
    const der = await issueCertificate(
      {
        profile: 'svid',
        serial: serialOf(index, await leafHash(index)),
        spki: spkiOf(certificate),
        spiffeId: (certificate.subjectAltName ?? '').replace('URI:', ''),
        notBefore: certificate.validFromDate,
        notAfter: certificate.validToDate,
        ...other,
      },
      issuerOf('Stolen', stolen),
    );
    return { certificate: encodePem(der, 'CERTIFICATE') };
  }

  const forgedToken = async (other: object) => ({
    jwt: await signJwt({ ...decodeJwt<JwtClaims>(token.jwt), ...other }, stolen),
  });

  const isReused = (answer: { known: boolean; state: string; why: string }, name: string, what: RegExp) => {
    assert.deepEqual([answer.known, answer.state], [false, 'unknown'], answer.why);
    assert.match(answer.why, new RegExp(`^reused ${name}: entry \\d+ was granted`));
    assert.match(answer.why, what);
    assert.match(answer.why, /stolen CA key .* cannot prevent/);
  };

  test('what was granted is known, as certificate, token, serial and jti', async () => {
    const { certificate, entry } = granted;
    const jti = jtiOf(token.entry, await leafHash(token.entry));
    for (const [body, index] of [
      [{ certificate: certificate.toString() }, entry],
      [{ serial: certificate.serialNumber }, entry],
      [{ jwt: token.jwt }, token.entry],
      [{ jti }, token.entry],
    ] as const) {
      const answer = await check(body);
      assert.deepEqual([answer.known, answer.entry, answer.state], [true, index, 'live'], answer.why);
    }
  });

  test('a reused serial and key with another SPIFFE ID is not the grant', async () => {
    const body = await forged({ spiffeId: 'spiffe://muniment.local/payments/admin' });
    isReused(await check(body), 'serial', /to another subject/);
  });

  test('a reused serial with another key, another validity or of a token is not the grant', async () => {
    const { validFromDate, validToDate } = granted.certificate;
    const later = new Date(validToDate.getTime() + 1000);
    const earlier = new Date(validFromDate.getTime() - 1000);
    isReused(await check(await forged({ spki: stolen.publicKey })), 'serial', /to another key/);
    isReused(await check(await forged({ notAfter: later })), 'serial', /with another validity/);
    isReused(await check(await forged({ notBefore: earlier })), 'serial', /with another validity/);
    isReused(await check(await forged({ index: token.entry })), 'serial', /as another type/);
  });

  test('a reused jti with anything else in the token is not the grant', async () => {
    const { exp = 0, iat = 0, sub } = decodeJwt(token.jwt);
    for (const [other, what] of [
      [{ sub: `${sub}x` }, /to another subject/],
      [{ sub: { toString: 1 } }, /to another subject/],
      [{ aud: ['billing', 'admin'] }, /for another audience/],
      [{ aud: 'other' }, /for another audience/],
      [{ aud: undefined }, /for another audience/],
      [{ exp: exp + 1 }, /with another validity/],
      [{ exp: 1e300 }, /with another validity/],
      [{ exp: { valueOf: 1 } }, /with another validity/],
      [{ iat: iat - 1 }, /with another validity/],
      [{ iat: undefined }, /with another validity/],
    ] as const)
      isReused(await check(await forgedToken(other)), 'jti', what);
    const jti = jtiOf(granted.entry, await leafHash(granted.entry));
    isReused(await check(await forgedToken({ jti })), 'jti', /as another type/);
  });

  test('a name that is no text, names no grant or has another leaf hash is unknown', async () => {
    const elsewhere = jtiOf(token.entry, Buffer.alloc(32));
    for (const [body, why] of [
      [await forgedToken({ jti: { toString: 1 } }), /names no entry/],
      [{ jti: 'x' }, /names no entry/],
      [{ jti: jtiOf(0, await leafHash(0)) }, /is no grant/],
      [{ jti: jtiOf(9_999_999, Buffer.alloc(32)) }, /is no grant/],
      [{ jti: elsewhere }, /another leaf hash/],
    ] as const) {
      const answer = await check(body);
      assert.deepEqual([answer.known, answer.entry], [false, null]);
      assert.match(answer.why, why);
    }
  });
});
