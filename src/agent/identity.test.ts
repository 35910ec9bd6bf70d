import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { MunimentError } from '../kernel/index.ts';
import type { Joined } from './client.ts';
import { type AgentIdentity, joinServer, keepFresh, loadIdentity, validityOf } from './identity.ts';
import { createLog } from './log.ts';
import { Refused } from './model.ts';
import { startTestServer, type TestServer } from './testing/server.ts';

const log = createLog('silent', () => {});
const unreachable = () => new MunimentError('server_unreachable', 'away');

describe('the agent’s own identity', () => {
  let server: TestServer;
  let folder: string;
  let lifetimeMilliseconds: number;
  let stopping: AbortController;
  /** What comes before each answer; throws to answer otherwise. */
  let hook: () => void;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-identity-'));
    lifetimeMilliseconds = 60_000;
    stopping = new AbortController();
    hook = () => {};
  });
  afterEach(() => {
    stopping.abort();
    rmSync(folder, { recursive: true, force: true });
  });

  const certify = async (csr: string): Promise<Joined> => {
    hook();
    const certificate = await server.certify(csr, lifetimeMilliseconds);
    return { agent: 'agt_1', instance: 'ins_1', trustDomain: 'example.test', certificate } as Joined;
  };
  const join_ = (): Promise<AgentIdentity> =>
    joinServer({
      folder,
      server: 'https://localhost/',
      name: 'host',
      token: 'one-time',
      client: { join: (_token, _name, csr) => certify(csr) },
      log,
      signal: stopping.signal,
    });

  test('is kept whole, readable by its owner alone, and found again', async () => {
    const identity = await join_();
    assert.deepEqual(loadIdentity(folder), identity);
    assert.equal(statSync(join(folder, 'identity.json')).mode & 0o777, 0o600);
    assert.ok(new X509Certificate(identity.certificate).checkPrivateKey(createPrivateKey(identity.key)));
    assert.equal(createPrivateKey(identity.key).asymmetricKeyDetails?.namedCurve, 'prime256v1');
  });

  test('waits for a server that is not up yet', async () => {
    let asked = 0;
    hook = () => {
      asked += 1;
      if (asked === 1) throw unreachable();
    };
    await join_();
    assert.equal(asked, 2);
  });

  test('is not had by a token that is refused', async () => {
    hook = () => {
      throw new Refused('join_refused', 'no such token', null);
    };
    await assert.rejects(join_(), { code: 'join_refused' });
    assert.equal(loadIdentity(folder), undefined);
  });

  test('is not taken from a server that certifies another key', async () => {
    const other = await server.certify((await csrOfOther()) as string, 60_000);
    const client = { join: async () => ({ certificate: other }) as Joined };
    const options = { folder, server: '', name: 'h', token: 't', client, log, signal: stopping.signal };
    await assert.rejects(joinServer(options), { code: 'invalid_key' });
    assert.equal(loadIdentity(folder), undefined);
  });

  async function csrOfOther(): Promise<string | undefined> {
    let seen: string | undefined;
    await joinServer({
      folder: mkdtempSync(join(folder, 'x')),
      server: '',
      name: 'h',
      token: 't',
      client: {
        join: (_token, _name, csr) => {
          seen = csr;
          return certify(csr);
        },
      },
      log,
      signal: stopping.signal,
    });
    return seen;
  }

  for (const text of ['', '{}', 'null', '{"certificate":"x","key":"y"}']) {
    test(`a file that holds \`${text}\` is damaged, not empty`, () => {
      writeFileSync(join(folder, 'identity.json'), text);
      assert.throws(() => loadIdentity(folder), { code: 'data_damaged' });
    });
  }

  test('is renewed at half of life with a new key, in its folder too', async () => {
    lifetimeMilliseconds = 3000;
    const first = await join_();
    const renewed = await new Promise<AgentIdentity>((resolve, reject) => {
      const client = { renew: certify };
      keepFresh({ folder, identity: first, client, log, signal: stopping.signal, onRenewed: resolve }).catch(
        reject,
      );
    });
    const { from, to } = validityOf(first);
    assert.ok(Date.now() < to && Date.now() > from + (to - from) * 0.4);
    assert.notEqual(renewed.key, first.key);
    assert.deepEqual(loadIdentity(folder), renewed);
    stopping.abort();
  });

  test('is over when the server stays away to its end, and a new token is asked for', async () => {
    lifetimeMilliseconds = 2000;
    const identity = await join_();
    let asked = 0;
    hook = () => {
      asked += 1;
      throw unreachable();
    };
    const kept = keepFresh({
      folder,
      identity,
      client: { renew: certify },
      log,
      signal: stopping.signal,
      onRenewed: () => {},
    });
    await assert.rejects(kept, { code: 'join_refused', message: /new token/ });
    assert.ok(asked >= 1);
    assert.ok(Date.now() >= validityOf(identity).to);
  });

  test('keeping it fresh stops at once', async () => {
    const identity = await join_();
    const kept = keepFresh({
      folder,
      identity,
      client: { renew: certify },
      log,
      signal: stopping.signal,
      onRenewed: () => {},
    });
    stopping.abort();
    await kept;
  });
});
