/** The way to a unit's journal, by the real `journalctl` over a journal file that systemd itself wrote. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLogins } from './server-log.ts';

const JOURNALCTL = '/usr/bin/journalctl';
const WRITER = '/lib/systemd/systemd-journal-remote';
const TIME_MICROSECONDS = 1_790_000_000_000_000;
const KEY = `SHA256:${'a'.repeat(43)}`;

const accepted = (account: string): string =>
  `Accepted publickey for ${account} from 192.0.2.1 port 50000 ssh2: ED25519 ${KEY}`;

/** The journal's export format. */
const record = (unit: string, message: string, at: number): string =>
  [
    `__REALTIME_TIMESTAMP=${TIME_MICROSECONDS + at}`,
    `__MONOTONIC_TIMESTAMP=${at + 1}`,
    `_BOOT_ID=${'0'.repeat(31)}1`,
    `_MACHINE_ID=${'0'.repeat(31)}2`,
    ...[
      '_HOSTNAME=server',
      'SYSLOG_IDENTIFIER=sshd',
      '_PID=42',
      `_SYSTEMD_UNIT=${unit}`,
      `MESSAGE=${message}`,
    ],
    '',
    '',
  ].join('\n');

test("a unit's journal tells of its logins, and of no other unit's", async (t) => {
  if (!existsSync(JOURNALCTL) || !existsSync(WRITER)) return t.skip('needs systemd-journal-remote');
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  const path = process.env.PATH;
  try {
    const told = [
      record('ssh.service', accepted('deploy'), 0),
      record('ssh.service', `Invalid user ${accepted('root')}`, 1),
      record('other.service', accepted('mallory'), 2),
    ];
    const journal = join(folder, 'test.journal');
    execFileSync(WRITER, ['-o', journal, '-'], { input: told.join(''), stdio: ['pipe', 'ignore', 'pipe'] });
    // The product reads the machine's journal: here it finds a `journalctl` that is the real one, told of another file.
    writeFileSync(join(folder, 'journalctl'), `#!/bin/sh\nexec ${JOURNALCTL} --file=${journal} "$@"\n`, {
      mode: 0o755,
    });
    process.env.PATH = `${folder}:${path}`;
    assert.deepEqual(await readLogins({ journal: 'ssh.service' }), [
      { account: 'deploy', connection: '192.0.2.1 port 50000', fingerprint: KEY },
    ]);
    assert.deepEqual(await readLogins({ journal: 'none.service' }), []);
  } finally {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  }
});
