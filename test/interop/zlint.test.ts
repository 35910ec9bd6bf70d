/** Every kind of certificate and CRL that we make, before zlint. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { ForeignClient } from '../../src/agent/testing/foreign-client.ts';
import { type AgentHouse, IDENTITY, openAgentHouse } from '../support/agent-house.ts';
import { judges } from './judges.ts';
import { record } from './support.ts';

const KINDS = ['root', 'workload intermediate', 'control intermediate', 'X509-SVID', 'agent', 'server'];
/** A server inside has names that no public registry gives out, `localhost` among them. */
const ACCEPTED_NOTICE = /^info n_san_iana_pub_suffix_empty: /;

describe('certificates and CRLs before zlint', () => {
  let house: AgentHouse;
  before(async () => {
    house = await openAgentHouse({ settings: { pkiPort: 0, pkiUrl: 'http://pki.example.test' } });
  });
  after(() => house.close());

  async function serverCertificate(): Promise<Uint8Array> {
    const { hostname, port } = new URL(house.server.urls.api);
    const socket = await new Promise<TLSSocket>((resolve, reject) => {
      const opened = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () =>
        resolve(opened),
      ).once('error', reject);
    });
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    return raw;
  }

  async function certificates(): Promise<Record<string, Uint8Array>> {
    const { authority } = house.server.house;
    const agent = await house.startAgent();
    const client = new ForeignClient(agent.socketPath);
    const { svids } = await client.watch('FetchX509SVID').next();
    client.close();
    const { certificate } = JSON.parse(readFileSync(join(agent.data, 'identity.json'), 'utf8'));
    return {
      root: authority.root().certificate,
      'workload intermediate': (await authority.issuing('workload')).certificate,
      'control intermediate': (await authority.issuing('control')).certificate,
      'X509-SVID': new X509Certificate(svids[0].x509_svid).raw,
      agent: new X509Certificate(certificate).raw,
      server: await serverCertificate(),
    };
  }

  test('zlint finds no error and no warning in any of them', async (t) => {
    const go = judges(t);
    if (go === undefined) return;
    const { revocation, authority } = house.server.house;
    const made = await certificates();
    assert.deepEqual(Object.keys(made), KINDS);
    const { name } = await authority.issuing('workload');
    const lists = {
      'empty CRL': await revocation.crl(name),
      'CRL of the root': await revocation.crl('root'),
    };
    await revocation.lock({ kind: 'identity', id: IDENTITY }, 'lint', 'sys');
    const full = { 'CRL with an entry': await revocation.crl(name) };
    const { lines } = go.ask('zlint', { certificates: made, lists: { ...lists, ...full } });
    assert.equal(lines.length, KINDS.length + 3);
    for (const { name, ran, errors, others } of lines) {
      assert.ok(ran > 0, name);
      const notices = others.filter((notice: string) => !ACCEPTED_NOTICE.test(notice));
      assert.deepEqual([...errors, ...notices], [], name);
    }
    record(t, {
      tool: 'zlint',
      version: go.version('github.com/zmap/zlint/v3'),
      checked: 'each kind of certificate and CRL, by the lints of the RFCs and the community',
      outcome: 'no error, no warning; a notice that a server’s names are in no public registry',
    });
  });
});
