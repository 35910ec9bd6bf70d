/** A workload that uses the `spiffe` library of PyPI, at a real agent's socket. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { IDENTITY, openAgentHouse, SPIFFE_ID } from '../support/agent-house.ts';
import { pinned, program, python } from './python.ts';
import { record } from './support.ts';

/** Short enough to be renewed while the test looks on. */
const TTL_SECONDS = 6;
const AUDIENCE = 'orders';

interface State {
  state: string;
  serial: string;
  chain: string;
  authorities: string;
}

async function openWorkload(interpreter: string, socket: string) {
  const child = spawn(interpreter, [program('workload.py'), socket, AUDIENCE], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async next() {
      const { value, done } = await lines.next();
      if (done) throw new Error('the workload ended early');
      return JSON.parse(value);
    },
    stop: () => child.kill('SIGKILL'),
  };
}

test('spiffe (Python) fetches SVIDs and bundles, sees a rotation and the end of its stream', async (t) => {
  const interpreter = python(t);
  if (interpreter === undefined) return;
  const house = await openAgentHouse({ maxTtlSeconds: TTL_SECONDS });
  t.after(() => house.close());
  const agent = await house.startAgent();
  const workload = await openWorkload(interpreter, agent.socketPath);
  t.after(() => workload.stop());

  assert.deepEqual(await workload.next(), {
    x509: SPIFFE_ID,
    jwt: SPIFFE_ID,
    audience: [AUDIENCE],
    remote: SPIFFE_ID,
    anchors: 1,
    jwtKeys: 2,
  });
  const first: State = await workload.next();
  let later: State = await workload.next();
  while (later.serial === first.serial) later = await workload.next();
  for (const { state, chain, authorities } of [first, later]) {
    assert.equal(state, SPIFFE_ID);
    const signer = new X509Certificate(chain.slice(chain.lastIndexOf('-----BEGIN')));
    assert.ok(signer.verify(new X509Certificate(authorities).publicKey));
  }

  await house.server.house.revocation.lock({ kind: 'identity', id: IDENTITY }, 'a test', 'sys');
  let last = await workload.next();
  while (last.error === undefined) last = await workload.next();
  assert.match(last.error, /permission.?denied/i);
  record(t, {
    tool: 'spiffe (PyPI)',
    version: pinned('spiffe'),
    checked:
      'X.509 and JWT SVIDs and bundles from the agent’s socket; a rotation and a lock seen on the stream',
    outcome: 'accepted; the lock ended the stream with PermissionDenied',
  });
});
