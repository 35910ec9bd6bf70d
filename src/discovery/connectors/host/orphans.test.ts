import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Rows } from '#verifier';
import { RECORDS_MAX_BYTES } from '../../files/reader.ts';
import { postureOf } from '../../posture.ts';
import { parseAuthLog } from './login-records.ts';
import { find, openFixture, plain } from './testing/fixture.ts';

const fixture = openFixture();
after(() => fixture.remove());

before(() => {
  fixture.put('/home/left/.ssh/config', '');
  const key = join(fixture.root, '/home/left/.ssh/id_ed25519');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  fixture.put('/srv/pay/.ssh/authorized_keys', readFileSync(`${key}.pub`));
  fixture.put('/etc/systemd/system/own.service', '[Service]\nUser=gone\nExecStart=/opt/own/run\n');
  fixture.put('/usr/lib/systemd/system/shipped.service', '[Service]\nExecStart=/usr/bin/not-installed\n');
  fixture.put('/usr/lib/systemd/system/dynamic.service', '[Service]\nDynamicUser=yes\nUser=nobody-yet\n');
});

/** Observations as a sweep would leave them, without their keys' secrecy. */
async function observed(): Promise<Array<Rows['observation']>> {
  const pages = [...(await fixture.sweep()).values()];
  return pages
    .flatMap(({ items }) => items)
    .map((item) => ({ ...item, key: item.naturalId, present: true }) as unknown as Rows['observation']);
}

describe('what is left over on a host', () => {
  it('is found, and nothing else', async () => {
    const sweeps = [{ verdict: 'COMPLETE', denied: [], errors: [] }] as unknown as Array<Rows['sweep']>;
    const observations = await observed();
    const orphans = postureOf({ observations, sweeps, registered: [], now: new Date() }).at(-1);
    const keys = orphans?.keys.map((key) => key.replace(/SHA256:.*/, '')).sort();
    assert.deepEqual(keys, [
      'authorized-key//srv/pay/.ssh/authorized_keys/',
      'private-key//home/left/.ssh/id_ed25519',
      'unit/own.service',
    ]);
  });

  it('is not told where accounts come from elsewhere too', async () => {
    fixture.put('/etc/nsswitch.conf', 'passwd: files sss [NOTFOUND=return] systemd\n');
    const pages = await fixture.sweep();
    assert.deepEqual(pages.get('accounts')?.denied, [
      { what: 'accounts of `sss`', why: 'only /etc/passwd is read' },
    ]);
    assert.equal(find(pages.get('services'), 'unit/own.service')?.attributes.accountExists, null);
    rmSync(join(fixture.root, '/etc/nsswitch.conf'));
  });
});

describe('traces in logs', () => {
  const traces = async (): Promise<unknown[]> =>
    [...((await fixture.sweep()).get('accounts')?.items ?? [])].map(({ label, attributes }) => [
      plain(label),
      attributes.trace,
    ]);

  it('are unknown where there is no log, and where it was never written to', async () => {
    const unknown = [
      ['root', null],
      ['pay', undefined],
      ['anna', null],
    ];
    assert.deepEqual(await traces(), unknown);
    fixture.put('/var/log/lastlog', '');
    assert.deepEqual(await traces(), unknown);
  });

  it('are told by what lastlog has', async () => {
    const lastlog = Buffer.alloc(292 * 1001);
    lastlog.writeUInt32LE(1_700_000_000, 292 * 1000);
    fixture.put('/var/log/lastlog', lastlog);
    assert.deepEqual(await traces(), [
      ['root', false],
      ['pay', undefined],
      ['anna', true],
    ]);
  });

  it('are told by an authentication log, which tells when a key was used too', async () => {
    rmSync(join(fixture.root, '/var/log/lastlog'));
    const key = '/srv/pay/.ssh/authorized_keys';
    const trust = async () =>
      (await fixture.sweep()).get('ssh')?.items.find((item) => item.class === 'trust');
    const fingerprint = String((await trust())?.attributes.fingerprint);
    assert.equal((await trust())?.attributes.lastUsed, null, key);
    fixture.put(
      '/var/log/auth.log',
      [
        `2025-12-24T10:00:00.000+01:00 h sshd-session[7]: Accepted publickey for pay from ::1 port 1 ssh2: ED25519 ${fingerprint}`,
        'Dec 30 10:00:00 h sudo: pam_unix(sudo:session): session opened for user root(uid=0) by anna(uid=1000)',
        `2025-12-31T10:00:00Z h logger: Accepted publickey for pay from ::1 port 1 ssh2: ED25519 ${fingerprint}`,
        'no line of a log',
      ].join('\n'),
    );
    assert.equal((await trust())?.attributes.lastUsed, '2025-12-24T09:00:00.000Z');
    assert.deepEqual(await traces(), [
      ['root', true],
      ['pay', true],
      ['anna', false],
    ]);
    rmSync(join(fixture.root, '/var/log/auth.log'));
  });

  it('take a time without a year for the last that was', () => {
    const now = new Date('2026-02-01T00:00:00Z');
    const line = (time: string) => `${time} h sshd[1]: Accepted password for a from ::1 port 1 ssh2`;
    const years = ['Jan  3 10:00:00', 'Dec 31 10:00:00'].map((time) =>
      parseAuthLog(line(time), now).logins[0]?.at.getFullYear(),
    );
    assert.deepEqual(years, [2026, 2025]);
  });

  it('do not fill memory from a sparse file', async () => {
    fixture.put('/var/log/lastlog', '');
    truncateSync(join(fixture.root, '/var/log/lastlog'), RECORDS_MAX_BYTES + 1);
    const denied = (await fixture.sweep()).get('logins')?.denied;
    assert.deepEqual(denied, [{ what: '/var/log/lastlog', why: `larger than ${RECORDS_MAX_BYTES} bytes` }]);
  });
});
