import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const NOBODY = 65534;

/** True where every folder above may be passed through by anyone. */
function reachable(path: string): boolean {
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
  }
  return true;
}

test('an agent without CAP_SYS_PTRACE proves nothing of another user’s binary', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root to be two users');
  const attester = join(import.meta.dirname, 'testing', 'attester.ts');
  if (!reachable(attester) || !reachable(process.execPath))
    return t.skip('no other user can reach this checkout');
  const folder = mkdtempSync(join(tmpdir(), 'muniment-unprivileged-'));
  chmodSync(folder, 0o777);
  t.after(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, 's');
  const child = spawn(process.execPath, [attester, socketPath], {
    uid: NOBODY,
    gid: NOBODY,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  const lines = child.stdout[Symbol.asyncIterator]();
  await lines.next();
  const socket = connect(socketPath);
  await once(socket, 'connect');
  const facts = JSON.parse(String((await lines.next()).value));
  socket.destroy();
  assert.deepEqual(Object.keys(facts).sort(), ['gid', 'group', 'pid', 'proof', 'uid', 'user']);
  assert.deepEqual([facts.uid, facts.pid, facts.user], [0, process.pid, 'root']);
});
