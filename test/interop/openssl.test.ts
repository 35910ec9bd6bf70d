/** Every kind of certificate and CRL that we make, before `openssl verify -x509_strict -crl_check_all`. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { decodePem } from '../../src/crypto/index.ts';
import { opensslVerify } from '../../src/issuance/testing/judge.ts';
import { askX509, joinAgent, openWorld, type World } from '../../src/issuance/testing/world.ts';
import { record } from './support.ts';

const OPENSSL = '/usr/bin/openssl';
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g;

const dersOf = (pem: string): Uint8Array[] =>
  (pem.match(BLOCK) ?? []).map((one) => decodePem(one, 'CERTIFICATE'));

const skip = existsSync(OPENSSL) ? false : 'needs OpenSSL';

describe('certificates and CRLs before OpenSSL', { skip }, () => {
  let world: World;
  before(async () => {
    world = await openWorld({ crlBaseUrl: 'http://pki.example.test/pki' });
  });
  after(() => world.close());

  async function chains(): Promise<Record<string, Uint8Array[]>> {
    const { authority } = world;
    const agent = await joinAgent(world, 'host-1');
    const [grant] = (await askX509(world, agent)).granted;
    assert.ok(grant?.certificate);
    const { cert } = await authority.serverIdentity(['localhost', '127.0.0.1', '::1']);
    return {
      root: [authority.root().certificate],
      'workload intermediate': [(await authority.issuing('workload')).certificate],
      'control intermediate': [(await authority.issuing('control')).certificate],
      'X509-SVID': grant.certificate,
      agent: agent.chain,
      server: dersOf(cert),
    };
  }

  test('each is accepted, and what a lock killed is refused as revoked', async (t) => {
    const made = await chains();
    for (const [kind, chain] of Object.entries(made)) {
      const { ok, text } = await opensslVerify(world, chain, true);
      assert.ok(ok, `${kind}: ${text}`);
    }
    await world.revocation.lock({ kind: 'identity', id: 'idn_payments' }, 'a test', 'sys');
    const verdict = async (kind: string) => (await opensslVerify(world, made[kind] ?? [], true)).text;
    assert.match(await verdict('X509-SVID'), /certificate revoked/);
    assert.match(await verdict('agent'), /: OK/);
    const version = execFileSync(OPENSSL, ['version'], { encoding: 'utf8' }).split(' ')[1] ?? '';
    record(t, {
      tool: 'OpenSSL',
      version,
      checked: `\`verify -x509_strict -crl_check_all\` of ${Object.keys(made).join(', ')}`,
      outcome: 'all accepted; the SVID refused as revoked after a lock, the agent not',
    });
  });
});
