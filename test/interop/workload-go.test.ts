/** The agent's Workload API before go-spiffe, and mutual TLS between a Go and a Node process with SVIDs from it. */
import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import { connect, createServer, type PeerCertificate, type Server, type TLSSocket } from 'node:tls';
import { ForeignClient } from '../../src/agent/testing/foreign-client.ts';
import { encodePem } from '../../src/crypto/index.ts';
import {
  type AgentHouse,
  IDENTITY,
  openAgentHouse,
  SPIFFE_ID,
  TRUST_DOMAIN,
} from '../support/agent-house.ts';
import { type Judges, judges, type Line } from './judges.ts';
import { record } from './support.ts';

const MODULE = 'github.com/spiffe/go-spiffe/v2';
const SHORT_TTL_SECONDS = 6;
const OTHER_ID = `spiffe://${TRUST_DOMAIN}/other`;
const WORD = 'word';

type Agent = Awaited<ReturnType<AgentHouse['startAgent']>>;

const socketOf = ({ socketPath }: Agent): string[] => ['-socket', `unix://${socketPath}`];

function tell(t: TestContext, go: Judges, checked: string, outcome: string): void {
  record(t, { tool: 'go-spiffe', version: go.version(MODULE), checked, outcome });
}

describe('the Workload API before go-spiffe', () => {
  let house: AgentHouse;
  before(async () => {
    house = await openAgentHouse({ maxTtlSeconds: SHORT_TTL_SECONDS });
  });
  after(() => house.close());

  test('it reads tokens, sees rotation, and after a lock that all was taken away', async (t) => {
    const go = judges(t);
    if (go === undefined) return;
    const agent = await house.startAgent();
    const watching = go.start('watch', socketOf(agent));
    const jwt = await watching.next();
    assert.deepEqual(jwt, {
      kind: 'jwt',
      id: SPIFFE_ID,
      otherAudienceHere: false,
      otherAudienceThere: 'InvalidArgument',
    });
    const serials = new Set<string>();
    const isSvid = (line: Line): boolean => ['x509', 'failed'].includes(line.kind);
    while (serials.size < 3) {
      const { kind, id, serial, bundles } = await watching.next(isSvid);
      assert.deepEqual({ kind, id, bundles }, { kind: 'x509', id: SPIFFE_ID, bundles: 1 });
      serials.add(serial);
    }
    await house.server.house.revocation.lock({ kind: 'identity', id: IDENTITY }, 'taken away', 'sys');
    const { code } = await watching.next(({ kind }) => kind === 'x509-error');
    assert.equal(code, 'PermissionDenied');
    const after = await watching.next(({ kind }) => kind === 'jwt-after');
    assert.equal(after.code, 'PermissionDenied');
    assert.equal(await watching.ended, 0);
    tell(t, go, 'JWT-SVID fetched and validated', 'accepted; refused for another audience');
    tell(t, go, 'X.509 SVIDs and bundles watched', 'three in turn verified; after a lock PermissionDenied');
  });
});

describe('mutual TLS between Go and Node', () => {
  let house: AgentHouse;
  let agent: Agent;
  before(async () => {
    house = await openAgentHouse();
    agent = await house.startAgent();
  });
  after(() => house.close());

  async function svid() {
    const client = new ForeignClient(agent.socketPath);
    const { svids } = await client.watch('FetchX509SVID').next();
    client.close();
    const { x509_svid: chain, x509_svid_key: key, bundle } = svids[0];
    return {
      cert: pem(chain),
      ca: pem(bundle),
      key: encodePem(
        createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'der', type: 'pkcs8' }),
        'PRIVATE KEY',
      ),
    };
  }

  async function serveFromNode(t: TestContext, peer: string): Promise<string> {
    const server: Server = createServer(
      { ...(await svid()), requestCert: true, rejectUnauthorized: true, allowHalfOpen: true },
      (call: TLSSocket) => {
        call.on('error', () => {});
        if (hasId(call.getPeerCertificate(), peer)) call.pipe(call);
        else call.destroy();
      },
    );
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The server's word, or that there was none: each side has its say. */
  async function callFromNode(address: string, peer: string): Promise<string> {
    const [host = '', port] = address.split(':');
    const checkServerIdentity = (_: string, certificate: PeerCertificate) =>
      hasId(certificate, peer) ? undefined : new Error('another SPIFFE ID');
    const options = { ...(await svid()), host, port: Number(port), checkServerIdentity };
    return new Promise((resolve) => {
      let said = '';
      const call = connect(options, () => call.end(WORD));
      call.on('data', (bytes) => {
        said += bytes;
      });
      call.on('error', () => resolve('refused'));
      call.on('close', () => resolve(said === '' ? 'refused' : said));
    });
  }

  const CASES = [
    { title: 'both expect the right SPIFFE ID', server: SPIFFE_ID, client: SPIFFE_ID, said: WORD },
    { title: 'the server expects another', server: OTHER_ID, client: SPIFFE_ID, said: 'refused' },
    { title: 'the client expects another', server: SPIFFE_ID, client: OTHER_ID, said: 'refused' },
  ];

  for (const { title, server, client, said } of CASES) {
    test(`Node calls Go: ${title}`, async (t) => {
      const go = judges(t);
      if (go === undefined) return;
      const serving = go.start('echo', [...socketOf(agent), '-peer', server]);
      const { address } = await serving.next();
      assert.equal(await callFromNode(address, client), said);
      tell(t, go, `mutual TLS, Node calls Go: ${title}`, said === WORD ? 'accepted' : 'refused');
    });

    test(`Go calls Node: ${title}`, async (t) => {
      const go = judges(t);
      if (go === undefined) return;
      const address = await serveFromNode(t, server);
      const calling = go.start('dial', [...socketOf(agent), '-address', address, '-peer', client]);
      const answer = await calling.next();
      assert.equal(answer.answer || 'refused', said);
      tell(t, go, `mutual TLS, Go calls Node: ${title}`, said === WORD ? 'accepted' : 'refused');
    });
  }
});

/** Certificates one behind the other, DER, as PEM. */
function pem(chain: Buffer): string {
  const first = new X509Certificate(chain);
  const rest = chain.subarray(first.raw.length);
  return encodePem(first.raw, 'CERTIFICATE') + (rest.length === 0 ? '' : pem(rest));
}

const hasId = ({ subjectaltname }: PeerCertificate, id: string): boolean => subjectaltname === `URI:${id}`;
