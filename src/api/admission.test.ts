import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdmission, type Lane } from './admission.ts';
import type { DoorKind } from './env.ts';

/** Goes in and stays until it is let go. */
function fill(admission: ReturnType<typeof createAdmission>, door: DoorKind, url: string): Array<() => void> {
  const leave: Array<() => void> = [];
  while (admission.admits(door, url, 'test'))
    void admission.during(door, url, () => new Promise<void>((resolve) => leave.push(resolve)));
  return leave;
}

test('a lane that is full sheds, and takes nobody else`s place', () => {
  const shed: string[] = [];
  const admission = createAdmission((source) => shed.push(source));
  const issuances = fill(admission, 'tls', '/api/v1/agent/issue?x=1');
  assert.equal(issuances.length, admission.inside('issuance'));
  for (const path of ['/api/v1/agent/join', '/api/v1/agent/renew', '/oauth/token'])
    assert.equal(admission.admits('tls', path, '192.0.2.1'), false);
  assert.deepEqual(shed.slice(-3), ['192.0.2.1', '192.0.2.1', '192.0.2.1']);
  assert.equal(admission.shed('issuance'), 4);
  for (const door of ['tls', 'console', 'socket', 'pki'] as const)
    assert.equal(admission.admits(door, '/api/v1/locks', 'somebody'), true);
});

test('a place is given back when the work has ended, however it ended', async () => {
  const admission = createAdmission(() => undefined);
  const inside = (): number => admission.inside('tls' satisfies Lane);
  const failing = admission.during('tls', '/', () => Promise.reject(new Error('failed')));
  assert.equal(inside(), 1);
  await assert.rejects(failing, /failed/);
  assert.equal(await admission.during('tls', '/', () => 'done'), 'done');
  assert.equal(inside(), 0);
  const leave = fill(admission, 'tls', '/');
  leave[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(admission.admits('tls', '/', 'test'), true);
});
