import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { before, beforeEach, describe, test } from 'node:test';
import type { Probe, ProbePoint } from '#verifier';
import { createCsr, encodePem } from '../crypto/index.ts';
import { MunimentError } from '../kernel/index.ts';
import { type DeadCredential, type HeldCredential, type Holding, holdingKey } from './cache.ts';
import { createLog } from './log.ts';
import { type LockEvent, Refused, type SvidAction } from './model.ts';
import { createProber } from './probe.ts';
import { createTestAuthority, type TestAuthority, TRUST_DOMAIN } from './testing/authority.ts';

const GIVE_UP_MILLISECONDS = 400;
const ID = `spiffe://${TRUST_DOMAIN}/own`;
const UID = 1000;

describe('proof by refusal', () => {
  let authority: TestAuthority;
  let reported: Array<{ lock: string; probes: Probe[] }>;
  let lock: LockEvent;
  let csr: string;

  before(() => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    csr = encodePem(createCsr(privateKey), 'CERTIFICATE REQUEST');
  });
  beforeEach(async () => {
    authority = await createTestAuthority();
    authority.allowed.set(UID, [ID]);
    reported = [];
    authority.probe = async (id, probes) => void reported.push({ lock: id, probes });
    const target = { kind: 'identity', id: 'idn_own' } as const;
    lock = { lock: 'lok_1', target, identities: ['idn_own'], placed: new Date().toISOString() };
  });

  /** A credential as the agent holds it, granted by the authority for real. */
  async function dead(action: SvidAction): Promise<DeadCredential> {
    const request = { action, instance: 'ins_1', attested: { uid: UID }, claimed: {}, audience: ['a'] };
    const [item] = await authority.issue({ ...request, csr });
    assert.ok(item);
    const credential: HeldCredential = {
      entry: item.entry,
      instance: request.instance,
      spiffeId: item.spiffeId,
      hint: '',
      chain: (item.certificate ?? []).map((der) => Buffer.from(der, 'base64')),
      jwt: item.jwt ?? '',
      notAfter: Date.parse(item.notAfter),
      origin: null,
    };
    const holding: Holding = {
      key: holdingKey(request),
      request,
      credentials: [credential],
      privateKey: Buffer.alloc(0),
      renewAt: 0,
      endsAt: credential.notAfter,
    };
    return { credential, holding, current: true };
  }

  const prober = () =>
    createProber(
      authority,
      createLog('silent', () => {}),
      GIVE_UP_MILLISECONDS,
    );
  const revoke = ({ credential }: DeadCredential): void => {
    const { serialNumber } = new X509Certificate(credential.chain[0] as Buffer);
    authority.revoked.push(Buffer.from(serialNumber, 'hex'));
  };
  const at = (probes: Probe[], point: ProbePoint): Probe | undefined =>
    probes.find((probe) => probe.point === point);

  test('a certificate is tried at renewal, stream, CRL and openssl, with the latency of each', async () => {
    const one = await dead('issue-x509-svid');
    const { entry } = one.credential;
    authority.allowed.clear();
    revoke(one);
    const proving = prober();
    const running = proving.prove(lock, [one], new Set([entry]));
    proving.redacted(entry, new Date(Date.parse(lock.placed) + 12));
    const probes = await running;
    for (const point of ['api-renewal', 'agent-stream', 'crl', 'openssl'] as const) {
      assert.equal(at(probes, point)?.outcome, 'REFUSED', point);
      assert.equal(at(probes, point)?.credential, entry);
    }
    assert.equal(at(probes, 'agent-stream')?.latencyMs, 12);
    assert.match(at(probes, 'api-renewal')?.detail ?? '', /^no_identity, entry \d+$/);
    assert.equal(at(probes, 'openssl')?.detail, 'certificate revoked');
    assert.deepEqual(at(probes, 'introspection'), {
      point: 'introspection',
      credential: null,
      outcome: 'NOT_EVALUABLE',
      latencyMs: null,
      detail: 'nothing that could be tried here was held',
    });
    assert.deepEqual(reported, [{ lock: 'lok_1', probes }]);
  });

  test('a point that still accepts is asked again until it refuses', async () => {
    const one = await dead('issue-jwt-svid');
    authority.allowed.clear();
    let asked = 0;
    authority.introspect = async () => {
      asked += 1;
      return asked < 3;
    };
    const probes = await prober().prove(lock, [one], new Set());
    assert.equal(at(probes, 'introspection')?.outcome, 'REFUSED');
    assert.equal(asked, 3);
  });

  test('and one that never refuses is told as it is', async () => {
    const certificate = await dead('issue-x509-svid');
    const token = await dead('issue-jwt-svid');
    authority.introspect = async () => true;
    const probes = await prober().prove(lock, [certificate, token], new Set([certificate.credential.entry]));
    for (const point of ['api-renewal', 'agent-stream', 'crl', 'openssl', 'introspection'] as const) {
      assert.equal(at(probes, point)?.outcome, 'ACCEPTED', point);
      assert.equal(at(probes, point)?.latencyMs, null);
    }
  });

  test('a request that is not understood, or a server that is away, proves nothing', async () => {
    for (const error of [
      new Refused('bad_request', 'no', null),
      new MunimentError('server_unreachable', 'away'),
    ]) {
      const one = await dead('issue-jwt-svid');
      authority.before = async () => {
        throw error;
      };
      const probes = await prober().prove(lock, [one], new Set());
      assert.equal(at(probes, 'api-renewal')?.outcome, 'NOT_EVALUABLE');
      authority.before = async () => {};
    }
  });

  test('one that was superseded is tried by relying parties alone, and renewal once for all', async () => {
    const one = await dead('issue-x509-svid');
    const before = { ...(await dead('issue-x509-svid')), current: false };
    authority.allowed.clear();
    revoke(one);
    revoke(before);
    const probes = await prober().prove(lock, [one, before], new Set());
    const of = ({ credential: { entry } }: DeadCredential) =>
      probes.filter(({ credential }) => credential === entry).map(({ point }) => point);
    assert.deepEqual(of(one), ['api-renewal', 'agent-stream', 'crl', 'openssl']);
    assert.deepEqual(of(before), ['crl', 'openssl']);
  });

  test('where no stream was open, the stream is not evaluable', async () => {
    const probes = await prober().prove(lock, [await dead('issue-x509-svid')], new Set());
    assert.equal(at(probes, 'agent-stream')?.outcome, 'NOT_EVALUABLE');
  });

  test('without openssl that point is not evaluable', async (t) => {
    const { PATH } = process.env;
    t.after(() => {
      process.env.PATH = PATH;
    });
    process.env.PATH = '/nowhere';
    const probes = await prober().prove(lock, [await dead('issue-x509-svid')], new Set());
    assert.equal(at(probes, 'openssl')?.detail, 'openssl is not installed');
    assert.equal(at(probes, 'openssl')?.outcome, 'NOT_EVALUABLE');
  });

  test('more than can be tried are said to be untried', async () => {
    const one = await dead('issue-jwt-svid');
    authority.allowed.clear();
    const many = Array.from({ length: 70 }, (_, index) => ({
      ...one,
      credential: { ...one.credential, entry: 1000 + index },
    }));
    const probes = await prober().prove(lock, many, new Set());
    const untried = probes.filter(({ detail }) => detail.startsWith('not tried'));
    assert.deepEqual(
      untried.map(({ credential }) => credential),
      [1064, 1065, 1066, 1067, 1068, 1069],
    );
  });

  test('a lock that reaches nothing here is not reported', async () => {
    assert.deepEqual(await prober().prove(lock, [], new Set()), []);
    assert.equal(reported.length, 0);
  });
});
