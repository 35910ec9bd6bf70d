/** The LDAP connector against a real OpenLDAP server. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { source } from '../../src/discovery/connectors/ldap/connector.ts';
import { readSource } from '../../src/discovery/testing/read.ts';
import { freePort } from '../support/mariadb.ts';
import { record } from './support.ts';

const SLAPD = '/usr/sbin/slapd';
const SLAPADD = '/usr/sbin/slapadd';
const skip = existsSync(SLAPD) ? false : 'needs slapd';
const PASSWORD = 'for-this-test';
const MANY = 1_200;
const WAIT_MS = 20_000;

const configuration = (folder: string) => `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix dc=t
rootdn cn=admin,dc=t
rootpw ${PASSWORD}
directory ${folder}/db
limits dn.exact="uid=reader,dc=t" size=unlimited
limits dn.exact="uid=small,dc=t" size=10 size.prtotal=hard
access to attrs=userPassword by anonymous auth by * none
access to * by * read
`;

const account = (name: string) =>
  `dn: uid=${name},dc=t\nobjectClass: account\nobjectClass: simpleSecurityObject\nuid: ${name}\nuserPassword: ${PASSWORD}\n\n`;
const ESTATE = [
  'dn: dc=t\nobjectClass: dcObject\nobjectClass: organization\no: t\ndc: t\n\n',
  ...Array.from({ length: MANY }, (_, index) => account(`service-${index}`)),
  ...[account('small'), account('reader')],
  'dn: ou=far,dc=t\nobjectClass: referral\nobjectClass: extensibleObject\nou: far\nref: ldap://elsewhere.example/ou=far,dc=t\n\n',
];

async function listens(port: number): Promise<void> {
  for (const deadline = Date.now() + WAIT_MS; ; ) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() !== undefined));
      socket.on('error', () => resolve(false));
    });
    if (up) return;
    assert.ok(Date.now() < deadline, 'slapd does not listen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('LDAP, a real OpenLDAP server', { skip }, () => {
  let folder: string;
  let stop: () => Promise<unknown>;
  let port: number;
  const given = (bindDn: string, password = PASSWORD) => ({
    settings: { url: `ldap://127.0.0.1:${port}`, bindDn },
    secrets: { password },
  });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-slapd-'));
    mkdirSync(join(folder, 'db'));
    writeFileSync(join(folder, 'conf'), configuration(folder));
    execFileSync(SLAPADD, ['-q', '-f', join(folder, 'conf')], {
      input: ESTATE.join(''),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    port = await freePort();
    const server = spawn(SLAPD, ['-f', join(folder, 'conf'), '-h', `ldap://127.0.0.1:${port}/`, '-d', '0'], {
      stdio: 'ignore',
    });
    stop = () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      return ended;
    };
    await listens(port);
  });
  after(async () => {
    await stop?.();
    rmSync(folder, { recursive: true, force: true });
  });

  it('reads every entry in pages to the end, tells that a part is elsewhere, and never a password', async (t) => {
    const [read] = await readSource(source, given('uid=reader,dc=t'));
    assert.deepEqual(read?.errors, []);
    assert.equal(read?.pages.length, 3);
    assert.equal(read?.pages.at(-1)?.end, true);
    assert.equal(read?.observed.filter((one) => one.class === 'identity').length, MANY + 2);
    assert.match(String(read?.observed[0]?.attributes.created), /^\d{4}-/);
    assert.deepEqual(read?.denied, [{ what: 'dc=t', why: '1 parts are on other servers' }]);
    assert.ok(!JSON.stringify(read).toLowerCase().includes('userpassword'));
    record(t, {
      tool: 'OpenLDAP',
      version: '2',
      checked: 'the ldap source',
      outcome: 'every entry in pages, a referral told and not followed, no password asked for',
    });
  });

  it('a size limit is a denied range, and a wrong password is refused', async () => {
    const [read] = await readSource(source, given('uid=small,dc=t'));
    assert.equal(read?.thrown?.kind, 'denied');
    await assert.rejects(readSource(source, given('uid=reader,dc=t', 'another')), {
      kind: 'denied',
    });
  });
});
