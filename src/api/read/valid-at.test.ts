import assert from 'node:assert/strict';
import { hash, X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  leafHash,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  verifyInclusion,
  verifyNote,
} from '#verifier';
import { encodePem } from '../../crypto/index.ts';
import { newId } from '../../kernel/index.ts';
import {
  carryOut,
  enrol,
  joinAgent,
  newCsr,
  openTestHouse,
  operatorDoor,
  type TestAgent,
  type TestHouse,
} from '../testing.ts';

const HOUR_MS = 3_600_000;

describe('was this credential valid at T?', () => {
  let house: TestHouse;
  let agent: TestAgent;
  /** Moments of the story, RFC 3339. */
  const at: Record<string, string> = {};
  let certificate: X509Certificate;
  let pem: string;
  let jwt: string;

  const mark = (name: string): void => {
    at[name] = house.clock.now().toISOString();
    house.clock.advance(60_000);
  };
  const issue = async (more: object) => {
    const body = { instance: newId('instance'), attested: { uid: 1001 }, claimed: {}, ...more };
    const { json, text } = await house.call('/api/v1/agent/issue', { body, door: agent.door });
    assert.ok(json.items, text);
    return json.items[0];
  };
  const ask = async (body: object) => {
    const answer = await house.call('/api/v1/credentials/valid-at', { body, door: operatorDoor() });
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };

  before(async () => {
    house = await openTestHouse();
    await carryOut(house, await enrol(house, 'ada'), await enrol(house, 'bo'));
    agent = await joinAgent(house, 'web-1');
    mark('before');
    const x509 = await issue({ action: 'issue-x509-svid', csr: newCsr() });
    const der = Buffer.from(x509.certificate[0], 'base64');
    certificate = new X509Certificate(der);
    pem = encodePem(der, 'CERTIFICATE');
    jwt = (await issue({ action: 'issue-jwt-svid', audience: ['billing'] })).jwt;
    mark('granted');
    const target = { kind: 'identity', id: 'payments-api' };
    const lock = await house.call('/api/v1/locks', {
      body: { target, reason: 'a theft' },
      door: operatorDoor(),
    });
    mark('locked');
    await house.call(`/api/v1/locks/${lock.json.lock}/lift`, {
      body: { reason: 'over' },
      door: operatorDoor(),
    });
    mark('lifted');
    house.clock.advance(HOUR_MS / 4);
    mark('later');
  });
  after(() => house.close());

  const CASES: Array<[string, string, boolean, string, RegExp]> = [
    ['before the grant', 'before', false, 'not-yet', /granted at/],
    ['while it held', 'granted', true, 'valid', /no lock reached it by then; locked later/],
    ['after a lock', 'locked', false, 'locked', /killed at .*: a theft$/],
    ['after the lock was lifted', 'lifted', false, 'locked', /which revives nothing/],
    ['long after', 'later', false, 'locked', /killed/],
  ];
  for (const [name, moment, valid, state, why] of CASES) {
    test(`a certificate ${name}: ${valid ? 'yes' : 'no'}`, async () => {
      const answer = await ask({ certificate: pem, at: at[moment] });
      assert.deepEqual([answer.valid, answer.state], [valid, state]);
      assert.match(answer.why, why);
      assert.equal(answer.identity.name, 'payments-api');
      assert.deepEqual(
        answer.locks.map(({ kills }: { kills: boolean }) => kills),
        [state === 'locked'],
      );
    });
  }

  test('while its identity is suspended it does not hold; before and after it does', async () => {
    const { jwt: fresh } = await issue({ action: 'issue-jwt-svid', audience: ['billing'] });
    const moved = async (to: string): Promise<string> => {
      house.clock.advance(60_000);
      const body = { to, reason: 'a look' };
      const path = '/api/v1/identities/payments-api/move';
      assert.equal((await house.call(path, { body, door: operatorDoor() })).status, 200);
      return house.clock.now().toISOString();
    };
    const suspended = await moved('suspended');
    const resumed = await moved('active');
    const before = new Date(Date.parse(suspended) - 1).toISOString();
    const states = [before, suspended, resumed].map(async (moment) => {
      const { valid, state } = await ask({ jwt: fresh, at: moment });
      return [valid, state];
    });
    assert.deepEqual(await Promise.all(states), [
      [true, 'valid'],
      [false, 'suspended'],
      [true, 'valid'],
    ]);
  });

  test('every other name of it has the same answer', async () => {
    const spki = certificate.publicKey.export({ format: 'der', type: 'spki' });
    const names = [{ serial: certificate.serialNumber }, { fingerprint: hash('sha256', spki) }];
    for (const name of names) {
      assert.equal((await ask({ ...name, at: at.granted })).state, 'valid', JSON.stringify(name));
      assert.equal((await ask({ ...name, at: at.lifted })).state, 'locked', JSON.stringify(name));
    }
  });

  test('a token by itself and by its jti; a credential that no lock reached merely ends', async () => {
    const { jti } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    assert.equal((await ask({ jwt, at: at.granted })).state, 'valid');
    assert.equal((await ask({ jti, at: at.locked })).state, 'locked');
    const { jwt: fresh } = await issue({ action: 'issue-jwt-svid', audience: ['billing'] });
    const ends = JSON.parse(Buffer.from(fresh.split('.')[1], 'base64url').toString()).exp * 1000;
    house.clock.advance(HOUR_MS);
    const asked = (milliseconds: number) => ask({ jwt: fresh, at: new Date(milliseconds).toISOString() });
    assert.equal((await asked(ends - 1)).state, 'valid');
    assert.deepEqual([(await asked(ends)).state, (await asked(ends)).locks], ['expired', []]);
    assert.equal((await ask({ jwt: fresh })).state, 'expired');
  });

  test('its own signature is looked at: a bit of it changed is somebody else’s', async () => {
    const asked = async (body: object) => {
      const { valid, state, signature } = await ask({ ...body, at: at.granted });
      return [valid, state, signature];
    };
    const der = Buffer.from(certificate.raw);
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const [head, claims, mac = ''] = jwt.split('.');
    const bytes = Buffer.from(mac, 'base64url');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    const forged = `${head}.${claims}.${bytes.toString('base64url')}`;
    assert.deepEqual(await asked({ certificate: pem }), [true, 'valid', 'good']);
    assert.deepEqual(await asked({ jwt }), [true, 'valid', 'good']);
    assert.deepEqual(await asked({ serial: certificate.serialNumber }), [true, 'valid', null]);
    const other = encodePem(der, 'CERTIFICATE');
    assert.deepEqual(await asked({ certificate: other }), [false, 'unknown', 'bad']);
    assert.deepEqual(await asked({ jwt: forged }), [false, 'unknown', 'bad']);
  });

  const serial = () => certificate.serialNumber;
  const UNKNOWN: Array<[string, () => object, RegExp]> = [
    ['a serial of somebody else', () => ({ serial: '7f01' }), /names no entry/],
    [
      'a serial with a forged leaf hash',
      () => ({ serial: `${serial().slice(0, -4)}0000` }),
      /another leaf hash/,
    ],
    [
      'a serial that names another kind of entry',
      () => ({ serial: `01${'0'.repeat(14)}${serial().slice(-24)}` }),
      /is no grant/,
    ],
    ['a jti that is none', () => ({ jti: 'x' }), /names no entry/],
    [
      'a fingerprint of a key that was never certified',
      () => ({ fingerprint: '0'.repeat(64) }),
      /no certificate/,
    ],
  ];
  for (const [name, body, why] of UNKNOWN) {
    test(`${name} is unknown, with nothing to prove`, async () => {
      const answer = await ask({ ...body(), at: at.granted });
      assert.deepEqual(
        [answer.valid, answer.state, answer.entry, answer.proofs],
        [false, 'unknown', null, []],
      );
      assert.match(answer.why, why);
    });
  }

  test('the proofs of grant and locks lead to the one checkpoint, signed by the log', async () => {
    const { proofs, log, entry, locks } = await ask({ certificate: pem, at: at.lifted });
    assert.deepEqual(
      proofs.map((proof: { entry: number }) => proof.entry),
      [entry, locks[0].entry],
    );
    const note = parseNote(Buffer.from(log.checkpoint));
    assert.equal((await verifyNote(note, [parseVerifierKey(log.verifierKey)])).length, 1);
    const { size, root } = parseCheckpoint(note.text);
    assert.equal(size, log.size);
    for (const proof of proofs) {
      const leaf = Buffer.from(proof.leaf, 'base64');
      const path = proof.proof.map((each: string) => new Uint8Array(Buffer.from(each, 'base64')));
      assert.ok(verifyInclusion(proof.entry, size, leafHash(leaf), path, root));
      const body = hash('sha256', Buffer.from(proof.body, 'base64'));
      assert.equal(JSON.parse(leaf.toString()).body, body);
    }
  });

  test('a moment to come, two names at once, and no name at all are refused', async () => {
    const refused = async (body: object) => {
      const { status, json } = await house.call('/api/v1/credentials/valid-at', {
        body,
        door: operatorDoor(),
      });
      return [status, json.code];
    };
    const future = new Date(house.clock.now().getTime() + 1).toISOString();
    assert.deepEqual(await refused({ certificate: pem, at: future }), [400, 'invalid_time']);
    assert.deepEqual(await refused({ certificate: pem, jwt, at: at.granted }), [400, 'bad_request']);
    assert.deepEqual(await refused({ fingerprint: '0'.repeat(64), jwt }), [400, 'bad_request']);
    assert.deepEqual(await refused({ at: at.granted }), [400, 'bad_request']);
    assert.deepEqual(await refused({ certificate: 'x' }), [400, 'invalid_der']);
  });

  test('lists and pages too are those of their moment', async () => {
    const read = async (path: string) => {
      const answer = await house.call(`/api/v1${path}`, { door: operatorDoor() });
      assert.equal(answer.status, 200, `${path}: ${answer.text}`);
      return answer.json;
    };
    const stateIn = async (moment: string) =>
      (await read(`/credentials?identity=payments-api&asOf=${at[moment]}`)).items.map(
        ({ state }: { state: string }) => state,
      );
    assert.deepEqual(await stateIn('before'), []);
    assert.deepEqual(await stateIn('granted'), ['live', 'live']);
    assert.deepEqual(await stateIn('locked'), ['dead', 'dead']);
    const decisions = await read(`/identities/payments-api/decisions?asOf=${at.granted}`);
    assert.deepEqual(
      decisions.items.map(({ credential }: { credential: { state: string } }) => credential.state),
      ['live', 'live'],
    );
    const live = async (moment: string) => (await read(`/overview?asOf=${at[moment]}`)).credentials.live;
    assert.deepEqual([await live('before'), await live('granted'), await live('locked')], [1, 3, 1]);
    const identity = await read(`/identities/payments-api?asOf=${at.granted}`);
    assert.equal(identity.liveCredentials, 2);
    const kinds = (await read(`/ledger/entries?asOf=${at.granted}&kind=lock.placed`)).items;
    assert.deepEqual(kinds, []);
    const size = (await read(`/identities/payments-api/timeline?asOf=${at.before}`)).items.length;
    assert.ok(size < (await read('/identities/payments-api/timeline')).items.length);
    const changes = await read('/changes?knownAt=1');
    assert.deepEqual(changes.items, []);
    for (const path of ['/observations', '/controls', '/locks', '/changes', '/findings'])
      await read(`${path}?asOf=${at.granted}&knownAt=${at.locked}`);
  });
});
