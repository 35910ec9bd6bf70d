/** A real receiver of syslog over TLS, where one is installed. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, watch, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestTls } from './tls.ts';

const RSYSLOG = '/usr/sbin/rsyslogd';
const WAIT_MS = 20_000;

export const hasRsyslog = (): boolean =>
  existsSync(RSYSLOG) && globSync('/usr/lib/*/rsyslog/lmnsd_gtls.so').length > 0;

/** With x509/name it lets in the client whose certificate names `muniment`, and nobody else. */
export function startRsyslog(folder: string, tls: TestTls, port: number, out: string) {
  const driver = `DefaultNetstreamDriver="gtls" DefaultNetstreamDriverCAFile="${tls.caFile}" DefaultNetstreamDriverCertFile="${tls.certFile}" DefaultNetstreamDriverKeyFile="${tls.keyFile}"`;
  const settings = `global(workDirectory="${folder}" maxMessageSize="64k" ${driver})
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/name" PermittedPeer=["muniment"])
input(type="imtcp" port="${port}" address="127.0.0.1")
template(name="raw" type="string" string="%rawmsg%\\n")
action(type="omfile" file="${out}" template="raw")
`;
  const file = join(folder, 'rsyslog.conf');
  writeFileSync(file, settings);
  const judged = spawnSync(RSYSLOG, ['-N1', '-f', file], { encoding: 'utf8' });
  assert.equal(judged.status, 0, judged.stderr);
  return spawn(RSYSLOG, ['-n', '-f', file, '-i', join(folder, 'rsyslog.pid')], { stdio: 'ignore' });
}

export async function listening(port: number): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isUp) return;
    assert.ok(Date.now() < deadline, 'rsyslog does not listen');
  }
}

/** Resolves when what is said of a file that grows holds. */
export async function until(path: string, holds: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(WAIT_MS);
  const watcher = watch(path, { signal });
  while (!holds()) await once(watcher, 'change', { signal });
  watcher.close();
}
