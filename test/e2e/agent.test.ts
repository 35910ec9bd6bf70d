import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { killedBy, type Probe } from '#verifier';
import { createServerClient } from '../../src/agent/client.ts';
import { joinServer } from '../../src/agent/identity.ts';
import { createLog } from '../../src/agent/log.ts';
import { readReceipt } from '../../src/agent/receipts.ts';
import { readStatus } from '../../src/agent/status-report.ts';
import { ForeignClient } from '../../src/agent/testing/foreign-client.ts';
import { parseJti, parseSerial } from '../../src/crypto/index.ts';
import { type AgentHouse, IDENTITY, openAgentHouse, SPIFFE_ID } from '../support/agent-house.ts';

describe('an agent and its server', () => {
  let house: AgentHouse;
  let agent: Awaited<ReturnType<AgentHouse['startAgent']>>;
  let client: ForeignClient;

  before(async () => {
    house = await openAgentHouse();
    agent = await house.startAgent();
    client = new ForeignClient(agent.socketPath);
  });
  after(async () => {
    client.close();
    await house.close();
  });

  test('it joined with a one-time token and keeps its key to itself', async () => {
    assert.equal(statSync(join(agent.data, 'identity.json')).mode & 0o777, 0o600);
    assert.equal(statSync(agent.data).mode & 0o777, 0o711);
    assert.equal(statSync(agent.socketPath).mode & 0o777, 0o666);
    const [row] = await house.server.house.log.rows('agent');
    assert.equal(row?.id, agent.agent);
    const report = await readStatus(agent.data);
    assert.equal(report.healthy, true);
    assert.equal(report.agent, agent.agent);
  });

  test('a certificate names its entry, and the entry holds what was attested', async () => {
    const { svids } = await client.watch('FetchX509SVID').next();
    assert.equal(svids[0].spiffe_id, SPIFFE_ID);
    const leaf = new X509Certificate(svids[0].x509_svid);
    const entry = parseSerial(leaf.serialNumber)?.index;
    const row = await house.server.house.log.row('credential', String(entry));
    assert.equal(row?.request.identity, IDENTITY);
    assert.equal(row?.request.agent, agent.agent);
    assert.equal(row?.request.attested.pid, process.pid);
    assert.equal(row?.request.attested.path, process.execPath);
    assert.equal(row?.request.attested.proof, 'pidfd');
    const spki = leaf.publicKey.export({ format: 'der', type: 'spki' });
    assert.equal(row?.credential.keyHash, createHash('sha256').update(spki).digest('hex'));
  });

  test('its receipt is kept and found by entry, serial and jti', async () => {
    const { svids } = await client.watch('FetchX509SVID').next();
    const { serialNumber } = new X509Certificate(svids[0].x509_svid);
    const entry = parseSerial(serialNumber)?.index as number;
    const bySerial = readReceipt(agent.data, serialNumber);
    assert.equal(bySerial.receipt.index, entry);
    assert.deepEqual(readReceipt(agent.data, String(entry)), bySerial);
    const { svids: tokens } = await client.call('FetchJWTSVID', { audience: ['orders'] });
    const { jti } = JSON.parse(Buffer.from(tokens[0].svid.split('.')[1], 'base64url').toString());
    assert.equal(readReceipt(agent.data, jti).entry, parseJti(jti)?.index);
    const text = readFileSync(join(agent.data, 'receipts', `${entry}.json`), 'utf8');
    assert.ok(!text.includes('PRIVATE') && !text.includes(tokens[0].svid));
  });

  test('a token is validated here and active there, for an audience that its profile has', async () => {
    const { svids } = await client.call('FetchJWTSVID', { audience: ['orders'] });
    const valid = await client.call('ValidateJWTSVID', { audience: 'orders', svid: svids[0].svid });
    assert.equal(valid.spiffe_id, SPIFFE_ID);
    assert.equal((await house.server.house.revocation.introspect(svids[0].svid)).active, true);
    await assert.rejects(client.call('FetchJWTSVID', { audience: ['elsewhere'] }), {
      code: status.PERMISSION_DENIED,
    });
  });

  test('a token is used once', async () => {
    const token = await house.joinToken('host-2');
    const ca = readFileSync(join(house.folder, 'server', 'ca.pem'), 'utf8');
    const url = new URL(house.server.urls.api);
    const other = createServerClient({ server: url, ca });
    const options = {
      folder: house.folder,
      server: url.href,
      name: 'host-2',
      token,
      client: other,
      log: createLog('silent', () => {}),
      signal: new AbortController().signal,
    };
    await joinServer(options);
    await assert.rejects(joinServer(options), { code: 'join_refused' });
    await assert.rejects(joinServer({ ...options, token: 'never-made' }), { code: 'join_refused' });
    other.close();
  });

  test('a stopped server is ridden out', async () => {
    const stream = client.watch('FetchX509SVID');
    await stream.next();
    await client.call('FetchJWTSVID', { audience: ['orders'] });
    await house.stopServer();
    assert.ok(await client.watch('FetchX509SVID').next());
    assert.ok(await client.call('FetchJWTSVID', { audience: ['orders'] }));
    await assert.rejects(client.call('FetchJWTSVID', { audience: ['interop'] }), {
      code: status.UNAVAILABLE,
    });
    await house.startServer();
    // The gap made it ask again: whatever was locked in between would show.
    assert.ok(await stream.next());
    stream.cancel();
  });

  test('a lock takes everything back, and its refusals become an entry', async () => {
    const { log, revocation } = house.server.house;
    const streams = ['FetchX509SVID', 'FetchX509Bundles', 'FetchJWTBundles'].map((method) =>
      client.watch(method),
    );
    const [first] = await Promise.all(streams.map((stream) => stream.next()));
    const { svids: tokens } = await client.call('FetchJWTSVID', { audience: ['orders'] });
    const { lock } = await revocation.lock({ kind: 'identity', id: IDENTITY }, 'test', 'sys');
    for (const stream of streams) await assert.rejects(stream.next(), { code: status.PERMISSION_DENIED });
    await assert.rejects(client.call('FetchJWTSVID', { audience: ['orders'] }), {
      code: status.PERMISSION_DENIED,
    });
    assert.equal((await revocation.introspect(tokens[0].svid)).active, false);

    const recorded = () =>
      new Promise<Probe[]>((resolve) => {
        const stop = log.onAppend(() => void look());
        async function look(): Promise<void> {
          const row = (await log.rows('probe')).find((one) => one.lock === lock);
          if (row === undefined) return;
          stop();
          resolve(row.probes);
        }
        void look();
      });
    const probes = await recorded();
    const entry = parseSerial(new X509Certificate(first?.svids[0].x509_svid).serialNumber)?.index;
    const points = new Map(
      probes.filter((probe) => probe.credential === entry).map((probe) => [probe.point, probe]),
    );
    assert.deepEqual([...points.keys()].sort(), ['agent-stream', 'api-renewal', 'crl', 'openssl']);
    for (const probe of probes) {
      assert.equal(probe.outcome, 'REFUSED', JSON.stringify(probe));
      assert.ok((probe.latencyMs ?? -1) >= 0 && (probe.latencyMs ?? 0) < 10_000, JSON.stringify(probe));
    }
    assert.ok(probes.some((probe) => probe.point === 'introspection'));
    const locks = await log.rows('lock');
    const dead = await log.row('credential', String(entry));
    assert.ok(dead && killedBy(dead, locks, undefined));
  });

  test('a locked agent serves nobody any more', async () => {
    const { revocation } = house.server.house;
    const other = await house.startAgent('host-9');
    const theirs = new ForeignClient(other.socketPath);
    const [lock] = await house.server.house.log.rows('lock');
    await revocation.lift(String(lock?.id), 'test', 'sys');
    const stream = theirs.watch('FetchX509SVID');
    await stream.next();
    await revocation.lock({ kind: 'agent', id: other.agent }, 'test', 'sys');
    await assert.rejects(stream.next(), { code: status.PERMISSION_DENIED });
    await assert.rejects(theirs.watch('FetchX509SVID').next(), { code: status.PERMISSION_DENIED });
    theirs.close();
    assert.ok(await client.watch('FetchX509SVID').next());
  });
});
