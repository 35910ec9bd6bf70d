import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { systemClock } from '../kernel/index.ts';
import { createAttestor } from './attest-unix.ts';
import { createBundles } from './bundles.ts';
import { Holdings } from './cache.ts';
import { createSvids } from './svids.ts';
import { createTestAuthority, ForeignClient, type TestAuthority, TRUST_DOMAIN } from './testing.ts';
import { Watchers } from './watchers.ts';
import { workloadApi } from './workload-api.ts';
import { listenWorkloadSocket, type WorkloadSocket } from './workload-socket.ts';
import { createWorkloads } from './workloads.ts';

const OWN_ID = `spiffe://${TRUST_DOMAIN}/own`;
const uid = process.getuid?.() ?? -1;

describe('workload API', () => {
  let folder: string;
  let authority: TestAuthority;
  let socket: WorkloadSocket;
  let client: ForeignClient;
  let watchers: Watchers;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-agent-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    authority = await createTestAuthority();
    authority.allowed.set(uid, [OWN_ID]);
    watchers = new Watchers();
    const svids = createSvids({ upstream: authority, holdings: new Holdings(), clock: systemClock });
    const bundles = createBundles(authority, () => watchers.wakeAll());
    const workloads = createWorkloads({
      attestor: createAttestor({ seed: 'test' }),
      svids,
      bundles,
      watchers,
      onDelivered: () => {},
    });
    socket = await listenWorkloadSocket(join(folder, 'w.sock'), workloadApi(workloads, TRUST_DOMAIN));
    client = new ForeignClient(socket.path);
  });
  afterEach(async () => {
    client.close();
    await socket.close();
  });

  test('an X509-SVID comes with its key, its bundle and the CRL', async () => {
    const stream = client.watch('FetchX509SVID');
    const { svids, crl } = await stream.next();
    stream.cancel();
    assert.equal(svids.length, 1);
    assert.equal(svids[0].spiffe_id, OWN_ID);
    assert.equal(crl.length, 1);
    const leaf = new X509Certificate(svids[0].x509_svid);
    assert.equal(leaf.subjectAltName, `URI:${OWN_ID}`);
    assert.ok(leaf.verify(new X509Certificate(svids[0].bundle).publicKey));
    const key = createPrivateKey({ key: svids[0].x509_svid_key, format: 'der', type: 'pkcs8' });
    assert.ok(createPublicKey(key).equals(leaf.publicKey));
  });

  test('the caller is attested: uid, gid, pid, path and hash of what runs', async () => {
    const stream = client.watch('FetchX509SVID');
    await stream.next();
    stream.cancel();
    const facts = authority.asked[0]?.attested;
    assert.equal(facts?.uid, uid);
    assert.equal(facts?.gid, process.getgid?.());
    assert.equal(facts?.pid, process.pid);
    assert.equal(facts?.path, process.execPath);
    assert.match(String(facts?.sha256), /^[0-9a-f]{64}$/);
  });

  test('no identity is PermissionDenied', async () => {
    authority.allowed.clear();
    await assert.rejects(client.watch('FetchX509SVID').next(), { code: status.PERMISSION_DENIED });
  });
});
