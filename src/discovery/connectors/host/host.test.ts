import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { HostObserved, HostPage } from '../../files/observed.ts';
import { FILE_MAX_BYTES } from '../../files/reader.ts';
import { parsePasswd } from '../../formats/passwd.ts';
import { secretVariables } from '../../formats/secret-names.ts';
import { factsOfBlob, parseAuthorizedKeys, parsePrivateKey } from '../../formats/ssh-keys.ts';
import { parseShadow } from './accounts.ts';
import { openHost } from './listings.ts';
import { lastLogin, parseAuthLog, parseJournal } from './login-records.ts';
import { parseSudoers } from './sudo.ts';
import { parseUnit } from './units.ts';

const root = mkdtempSync(join(tmpdir(), 'host-'));
const context = {
  fingerprint: (secret: string) => `keyed:${secret.length}`,
  reference: (observed: string, naturalId: string) => `ref:${observed}/${naturalId}`,
  now: () => new Date(0),
};

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), mode);
}

async function sweep(folder = root): Promise<Map<string, HostPage>> {
  const pages = new Map<string, HostPage>();
  const host = openHost({ root: folder });
  for (const listing of Object.keys(host.scope)) pages.set(listing, await host.read(listing, context));
  return pages;
}

const find = (page: HostPage | undefined, naturalId: string): HostObserved | undefined =>
  page?.items.find((item) => item.naturalId === naturalId);

before(() => {
  chmodSync(root, 0o755);
  put(
    '/etc/passwd',
    'root:x:0:0:root:/root:/bin/bash\npay:x:990:990::/srv/pay:/usr/sbin/nologin\nanna:x:1000:1000::/home/anna:/bin/sh\n',
  );
  put(
    '/etc/shadow',
    'root:*:19000:0:99999:7:::\npay:!:19000::::::\nanna:$y$j9T$salt$hashhashhash:19700:0:::::\n',
    0o600,
  );
  put(
    '/etc/sudoers',
    'Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%ops ALL=(root) NOPASSWD: /bin/systemctl \\\n restart pay\n',
    0o440,
  );
  put('/etc/sudoers.d/anna', 'anna ALL=(ALL) NOPASSWD: ALL # why\n', 0o440);
  put('/etc/sudoers.d/ignored.conf', 'mallory ALL=(ALL) ALL\n');
  put(
    '/usr/lib/systemd/system/pay.service',
    '[Service]\nUser=pay\nEnvironmentFile=-/etc/pay.env\nExecStart=/usr/bin/pay --serve\n',
  );
  put('/etc/pay.env', 'PAY_API_TOKEN="not-a-real-value"\nPAY_TOKEN_FILE=/run/secret\nPORT=8080\n', 0o644);
  mkdirSync(join(root, '/srv/pay/.ssh'), { recursive: true });
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    'pay@host',
    '-f',
    join(root, '/srv/pay/.ssh/id_ed25519'),
  ]);
  const pub = execFileSync('cat', [join(root, '/srv/pay/.ssh/id_ed25519.pub')], { encoding: 'utf8' });
  put(
    '/home/anna/.ssh/authorized_keys',
    `# mine\nfrom="10.0.0.0/8",command="echo \\"hi there\\"" ${pub}not a key at all\n`,
    0o600,
  );
});
after(() => rmSync(root, { recursive: true, force: true }));

describe('the host as it stands', () => {
  it('tells accounts, password states and ages, never a hash', async () => {
    const page = (await sweep()).get('accounts');
    assert.equal(find(page, 'account/pay')?.attributes.mayLogIn, false);
    assert.equal(find(page, 'account/pay')?.attributes.password, 'locked');
    assert.equal(find(page, 'password/anna')?.attributes.method, 'yescrypt');
    assert.deepEqual(find(page, 'account/anna')?.label, { personal: 'anna' });
    assert.doesNotMatch(JSON.stringify(page), /hashhash/);
  });

  it('tells sudo rights, and passes over files that sudo passes over', async () => {
    const items = (await sweep()).get('sudo')?.items ?? [];
    assert.equal(items.length, 3);
    assert.deepEqual(
      items.map((item) => item.attributes.administrator),
      [true, false, true],
    );
    assert.equal(items[1]?.attributes.commands, '/bin/systemctl restart pay');
  });

  it('gives a key file and the key that it authorizes one fingerprint, the one that ssh-keygen prints', async () => {
    const page = (await sweep()).get('ssh');
    const key = find(page, 'private-key//srv/pay/.ssh/id_ed25519');
    const printed = execFileSync('ssh-keygen', ['-l', '-f', join(root, '/srv/pay/.ssh/id_ed25519.pub')], {
      encoding: 'utf8',
    });
    assert.ok(printed.includes(String(key?.attributes.fingerprint)));
    const trust = page?.items.find((item) => item.class === 'trust');
    assert.equal(trust?.attributes.fingerprint, key?.attributes.fingerprint);
    assert.equal(trust?.attributes.restricted, true);
    assert.deepEqual(page?.errors, [
      { what: '/home/uid-1000/.ssh/authorized_keys', why: '1 lines that are no key' },
    ]);
  });

  it('names a secret in an environment file by a keyed fingerprint alone', async () => {
    const page = (await sweep()).get('environment');
    const secret = find(page, 'environment//etc/pay.env/PAY_API_TOKEN');
    assert.equal(page?.items.length, 1);
    assert.deepEqual(secret?.attributes.usedBy, ['pay.service']);
    assert.equal(secret?.attributes.othersMayRead, true);
    assert.doesNotMatch(JSON.stringify(page), /not-a-real-value/);
  });
});

describe('a hostile host', () => {
  it('follows no link, waits for no pipe, reads no huge file', async () => {
    mkdirSync(join(root, '/home/anna/.ssh/'), { recursive: true });
    symlinkSync('/etc/shadow', join(root, '/home/anna/.ssh/id_link'));
    execFileSync('mkfifo', [join(root, '/home/anna/.ssh/id_pipe')]);
    put('/home/anna/.ssh/id_huge', 'x'.repeat(FILE_MAX_BYTES + 1));
    const denied = (await sweep()).get('ssh')?.denied ?? [];
    assert.deepEqual(denied.map(({ what }) => what).sort(), [
      '/home/uid-1000/.ssh/id_huge',
      '/home/uid-1000/.ssh/id_link',
    ]);
    rmSync(join(root, '/home/anna/.ssh/id_link'));
    rmSync(join(root, '/home/anna/.ssh/id_pipe'));
    rmSync(join(root, '/home/anna/.ssh/id_huge'));
  });

  it('takes newlines, escapes and other alphabets in names as names, and says where one is not UTF-8', async () => {
    const folder = join(root, '/home/anna/.ssh');
    for (const name of ['a\nb', '\u001b[31mred', '‮evil', 'x'.repeat(255)])
      writeFileSync(join(folder, name), 'nothing');
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]), 'nothing');
    const page = (await sweep()).get('ssh');
    assert.deepEqual(page?.denied, [
      { what: '/home/uid-1000/.ssh', why: 'holds a file name that is not UTF-8' },
    ]);
    rmSync(folder, { recursive: true });
  });

  it('makes what it may not read a denied range, never nothing', async (t) => {
    if (process.getuid?.() !== 0) return t.skip('only root can become another uid');
    const script = `import { openHost } from '${import.meta.dirname}/listings.ts';
      const denied = [];
      const host = openHost({ root: '${root}' });
      const context = { fingerprint: String, reference: String, now: () => new Date() };
      for (const listing of Object.keys(host.scope)) denied.push(...(await host.read(listing, context)).denied);
      console.log(JSON.stringify(denied));`;
    const file = join(root, 'as-nobody.mts');
    writeFileSync(file, script);
    const done = spawnSync(process.execPath, [file], { uid: 65_534, gid: 65_534, encoding: 'utf8', env: {} });
    // The checkout may lie where another uid cannot read it; then Node itself is refused.
    if (done.status !== 0) return t.skip('the checkout is not readable by another uid');
    const denied = JSON.parse(done.stdout) as Array<{ what: string }>;
    assert.ok(denied.some(({ what }) => what === '/etc/shadow'));
    assert.ok(denied.some(({ what }) => what === '/etc/sudoers'));
  });
});

describe('parsers', () => {
  it('pass over what has another shape and count it', () => {
    assert.deepEqual(parsePasswd('a:x:1:1::/a:/b\nbroken\n:x:1:1::/:\nz:x:-1:0::/:\n').badLines, 3);
    assert.deepEqual(
      parseShadow('a::19000:::::\nb:!$6$x$y:1::::::\n').map(({ state }) => state),
      ['none', 'locked'],
    );
    assert.deepEqual(parseUnit('a.service', '/a', 'User=x\nUser=\n').user, 'root');
    assert.deepEqual(parseSudoers('Defaults x\n@include /y\n', '/f'), []);
    assert.equal(lastLogin(Buffer.alloc(291), 0), null);
    assert.deepEqual(
      parseJournal(
        '{"MESSAGE":"Accepted publickey for pay from ::1 port 1 ssh2: ED25519 SHA256:abc","__REALTIME_TIMESTAMP":"1000000"}\nnot json\n',
      ).map(({ at }) => at.getTime()),
      [1000],
    );
  });

  it('never throw, whatever they meet', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.uint8Array({ maxLength: 200 }),
        (text, bytes) => {
          for (const parse of [
            parsePasswd,
            parseShadow,
            parseAuthorizedKeys,
            parsePrivateKey,
            parseJournal,
            secretVariables,
          ])
            parse(text);
          parseAuthLog(text, new Date());
          parseSudoers(text, '/f');
          parseUnit('u', '/u', text);
          factsOfBlob(Buffer.from(bytes));
          parsePrivateKey(
            `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from(bytes).toString('base64')}\n-----END OPENSSH PRIVATE KEY-----`,
          );
        },
      ),
    );
  });
});
