import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { approvalMessage, parseVerifierKey, verifyPackage } from '#verifier';
import { describeEngines } from '../../test/support/engines.ts';
import { newId } from '../kernel/index.ts';
import {
  carryOut,
  enrol,
  joinAgent,
  newCsr,
  openTestHouse,
  operatorDoor,
  type TestAgent,
  type TestHouse,
  type TestPerson,
} from './testing.ts';

/** The story of the spine, told over HTTP by the real rooms; each step rests on those before. */

// A block of its own, so that the house closes before its engine does.
describeEngines('the story over HTTP', (engine) =>
  describe('step by step', () => {
    let house: TestHouse;
    let ada: TestPerson;
    let bo: TestPerson;
    let agent: TestAgent;
    before(async () => {
      house = await openTestHouse({}, await engine.open());
      ada = await enrol(house, 'ada');
      bo = await enrol(house, 'bo');
    });
    after(() => house.close());

    const read = async (path: string, headers = ada.bearer) => {
      const answer = await house.call(`/api/v1${path}`, { headers });
      assert.equal(answer.status, 200, `${path}: ${answer.text}`);
      return answer.json;
    };
    const workload = (body: object = {}) => ({
      door: agent.door,
      body: {
        action: 'issue-x509-svid',
        instance: newId('instance'),
        attested: { uid: 1001, gid: 1001, pid: 7, path: '/usr/bin/app' },
        claimed: {},
        csr: newCsr(),
        ...body,
      },
    });

    test('two people stand, and the second approver closed the bootstrap', async () => {
      const { items } = await read('/persons');
      assert.deepEqual(
        items.map(({ name }: { name: string }) => name),
        ['ada', 'bo'],
      );
      assert.equal((await read('/session')).bootstrap, false);
    });

    test('the proposer may not approve, nor anyone through the socket, and both are recorded', async () => {
      const asked = {
        manifests:
          'apiVersion: muniment/v1\nkind: Application\nname: other\nspec: {description: Other, owner: ada}\n',
        title: 't',
        reason: 'r',
      };
      const { json } = await house.call('/api/v1/changes', { body: asked, headers: ada.bearer });
      const path = `/api/v1/changes/${json.change}/approvals`;
      const { planDigest } = json;
      const signed = (person: TestPerson) => ({
        type: 'ed25519',
        keyId: person.keyId,
        signature: person.sign(approvalMessage(planDigest)),
      });
      const own = await house.call(path, {
        body: { planDigest, signature: signed(ada) },
        headers: ada.bearer,
      });
      assert.deepEqual([own.status, own.json.code], [403, 'self_approval_refused']);
      const bySocket = await house.call(path, { body: { planDigest }, door: operatorDoor() });
      assert.deepEqual([bySocket.status, bySocket.json.code], [403, 'approval_channel_refused']);
      const withBearer = await house.call(path, {
        body: { planDigest, signature: signed(bo) },
        headers: bo.bearer,
        door: operatorDoor(),
      });
      assert.equal(withBearer.json.code, 'approval_channel_refused');
      const refused = await house.house.log.search({ kinds: ['change.refused'], limit: 10 });
      assert.equal(refused.length, 3);
    });

    test('a change is proposed by one, signed by the other and applied', async () => {
      const change = await carryOut(house, ada, bo);
      const shown = await read(`/changes/${change}`);
      assert.equal(shown.state, 'applied');
      assert.equal(shown.approvals[0].approver.name, 'Person bo');
      assert.match(shown.text, /payments-api/);
      const { items } = await read('/identities?q=payments');
      assert.deepEqual(
        [items[0].name, items[0].state, items[0].owner.name],
        ['payments-api', 'active', 'Person ada'],
      );
      const detail = await read('/identities/payments-api');
      assert.equal(detail.approvals[0].change.id, change);
      assert.equal(detail.trusts[0].name, 'payments-unix');
      assert.deepEqual(
        detail.policies.map(({ name }: { name: string }) => name),
        ['payments-issue'],
      );
    });

    test('an agent joins once with a token', async () => {
      agent = await joinAgent(house, 'web-1');
      const { json } = await house.call('/api/v1/tokens', { body: { agent: 'web-2' }, door: operatorDoor() });
      const body = { token: json.token, name: 'web-2', csr: newCsr() };
      const door = { ...agent.door, certificate: null };
      assert.equal((await house.call('/api/v1/agent/join', { body, door })).status, 200);
      const again = await house.call('/api/v1/agent/join', { body: { ...body, csr: newCsr() }, door });
      assert.deepEqual([again.status, again.json.code], [403, 'join_refused']);
    });

    test('a workload gets what its attested facts prove, another is refused with an entry', async () => {
      const granted = await house.call('/api/v1/agent/issue', workload());
      assert.equal(granted.status, 200, granted.text);
      const [item] = granted.json.items;
      assert.match(item.spiffeId, /^spiffe:\/\/muniment\.local\/.*payments-api$/);
      const refused = await house.call('/api/v1/agent/issue', workload({ attested: { uid: 1002 } }));
      assert.deepEqual([refused.status, refused.json.code], [403, 'no_identity']);
      const decision = await read(`/credentials/${refused.json.entry}`);
      assert.equal(decision.outcome, 'refused');
      assert.deepEqual(decision.request.attested, { uid: 1002 });
      const decisions = await read('/identities/payments-api/decisions');
      assert.equal(decisions.items[0].entry, item.entry);
      const pem = `-----BEGIN CERTIFICATE-----\n${item.certificate[0]}\n-----END CERTIFICATE-----\n`;
      const check = await house.call('/api/v1/credentials/check', {
        body: { certificate: pem },
        headers: ada.bearer,
      });
      assert.deepEqual([check.json.known, check.json.entry, check.json.state], [true, item.entry, 'live']);
    });

    test('a lock kills what was granted, at introspection too, and lifting revives nothing', async () => {
      const jwt = { action: 'issue-jwt-svid', csr: undefined, audience: ['billing'] };
      const granted = (await house.call('/api/v1/agent/issue', workload(jwt))).json.items[0];
      const introspect = async () => {
        const raw = new URLSearchParams({ token: granted.jwt }).toString();
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        return (await house.call('/oauth/introspect', { raw, headers, door: agent.door })).json;
      };
      assert.equal((await introspect()).active, true);
      const body = { target: { kind: 'identity', id: 'payments-api' }, reason: 'key leaked' };
      const placed = await house.call('/api/v1/locks', { body, door: operatorDoor() });
      assert.equal(placed.status, 200, placed.text);
      assert.deepEqual(await introspect(), { active: false });
      const refused = await house.call('/api/v1/agent/issue', workload());
      assert.deepEqual([refused.status, refused.json.code], [403, 'locked']);
      const probe = {
        point: 'introspection',
        credential: granted.entry,
        outcome: 'REFUSED',
        latencyMs: 12,
        detail: 'inactive',
      };
      const probed = await house.call('/api/v1/agent/probes', {
        body: { lock: placed.json.lock, probes: [probe] },
        door: agent.door,
      });
      assert.equal(probed.status, 200, probed.text);
      const lock = await read(`/locks/${placed.json.lock}`);
      assert.deepEqual(lock.probes[0].probes, [probe]);
      assert.equal((await read(`/credentials/${granted.entry}`)).credential.state, 'dead');
      await house.call(`/api/v1/locks/${placed.json.lock}/lift`, {
        body: { reason: 'replaced' },
        door: operatorDoor(),
      });
      assert.deepEqual(await introspect(), { active: false });
      assert.equal((await read(`/credentials/${granted.entry}`)).credential.state, 'dead');
      assert.equal((await house.call('/api/v1/agent/issue', workload())).status, 200);
    });

    test('what was known before is still shown as it was', async () => {
      const now = await read('/identities');
      assert.ok(now.items.length > 1);
      const before = await read('/identities?knownAt=1');
      assert.deepEqual(before.items, []);
    });

    test('the rows agree with the entries', async () => {
      const answer = await house.call('/api/v1/ledger/verify', {
        body: { rows: true },
        door: operatorDoor(),
      });
      assert.equal(answer.json.ok, true, answer.text);
    });

    test('the overview says what stands, and every control has a verdict', async () => {
      const overview = await read('/overview');
      const total = Object.values(overview.controls.counts as Record<string, number>).reduce(
        (sum, count) => sum + count,
        0,
      );
      assert.equal(total, overview.controls.items.length);
      assert.equal(overview.identities.active, 2);
      assert.deepEqual(overview.found.byClass, {});
      assert.ok(overview.credentials.granted24h >= 3 && overview.credentials.refused24h >= 2);
      const { controls } = await read('/controls');
      assert.equal(controls.length, total);
    });

    test('an auditor builds a package that verifies', async () => {
      house.clock.advance(1000);
      const [from, to] = [new Date(0).toISOString(), house.clock.now().toISOString()];
      house.clock.advance(1000);
      const answer = await house.call('/api/v1/evidence', { body: { from, to }, headers: bo.bearer });
      assert.equal(answer.status, 200, answer.text.slice(0, 300));
      assert.equal(answer.headers.get('content-type'), 'application/zip');
      const report = await verifyPackage(answer.bytes, {
        keys: [parseVerifierKey(house.house.log.verifierKey)],
      });
      assert.equal(report.exitCode, 0);
    });

    test('every read of a console page answers', async () => {
      const paths = [
        '/persons',
        '/applications',
        '/profiles',
        '/policies',
        '/trusts',
        '/agents',
        '/locks',
        '/findings',
        '/sweeps',
        '/observations',
        '/changes',
        '/changes?state=applied',
        '/credentials',
        '/credentials?live=true',
        '/credentials?identity=payments-api',
        '/identities/payments-api/credentials',
        '/identities/payments-api/timeline',
        '/ledger/entries',
        '/ledger/entries/3',
        '/ledger/entries?kind=lock.placed',
        '/session',
      ];
      for (const path of paths) await read(path);
      const { items } = await read('/ledger/entries?limit=2');
      assert.equal(items.length, 2);
      const entry = await read(`/ledger/entries/${items[0].index}`);
      assert.equal(JSON.parse(entry.leaf).kind, items[0].kind);
    });

    test('an agent that is locked may do nothing more, and its renewal is refused with an entry', async () => {
      const body = { target: { kind: 'agent', id: 'web-1' }, reason: 'host is lost' };
      assert.equal((await house.call('/api/v1/locks', { body, door: operatorDoor() })).status, 200);
      const { door } = agent;
      const renewal = await house.call('/api/v1/agent/renew', { body: { csr: newCsr() }, door });
      assert.deepEqual(
        [renewal.status, renewal.json.code, typeof renewal.json.entry],
        [403, 'locked', 'number'],
      );
      for (const path of ['/bundle', '/events']) {
        assert.equal((await house.call(`/api/v1/agent${path}`, { door })).json.code, 'locked', path);
      }
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      assert.equal(
        (await house.call('/oauth/introspect', { raw: 'token=a.b.c', headers, door })).json.code,
        'locked',
      );
    });
  }),
);
