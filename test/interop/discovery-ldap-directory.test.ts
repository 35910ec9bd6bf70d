/** The LDAP connector against a real Active Directory domain controller (Samba). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'ldapts';
import { source } from '../../src/discovery/connectors/ldap/connector.ts';
import { of, readSource } from '../../src/discovery/testing/read.ts';
import { DOMAIN, hasSamba, startSamba, type TestSamba } from '../support/samba.ts';
import { record } from './support.ts';

const skip = hasSamba() ? false : 'needs samba-ad-dc, as root';
const READER = { bindDn: 'reader@ad.test', password: 'For-this-reader-1' };
/** More than a page. */
const MANY = 510;
const DISABLED_ACCOUNT = 514;
const USERS = `CN=Users,${DOMAIN}`;
const MANAGED = `CN=Managed Service Accounts,${DOMAIN}`;
const FLAGS = { neverExpires: 0x10000, anyService: 0x80000, anyUser: 0x1000000 };

type Entry = Record<string, string | string[]>;

const user = (name: string, given: Entry = {}): [string, Entry] => [
  `CN=${name},${USERS}`,
  { objectClass: 'user', sAMAccountName: name, userAccountControl: String(DISABLED_ACCOUNT), ...given },
];
const withFlags = (...flags: number[]) => String(flags.reduce((all, flag) => all | flag, DISABLED_ACCOUNT));
const group = (name: string, ...member: string[]): [string, Entry] => [
  `CN=${name},${USERS}`,
  { objectClass: 'group', sAMAccountName: name, member },
];

const ESTATE: Array<[string, Entry]> = [
  user('svc-spn', { servicePrincipalName: 'HTTP/app.ad.test' }),
  user('svc-old', { userAccountControl: withFlags(FLAGS.neverExpires) }),
  user('svc-any', { userAccountControl: withFlags(FLAGS.anyService), servicePrincipalName: 'HTTP/any' }),
  user('svc-some', {
    'msDS-AllowedToDelegateTo': ['cifs/files.ad.test', 'http/files.ad.test'],
    userAccountControl: withFlags(FLAGS.anyUser),
  }),
  user('svc-nested'),
  user('nobody'),
  [
    `CN=gmsa1,${MANAGED}`,
    {
      objectClass: 'msDS-GroupManagedServiceAccount',
      sAMAccountName: 'gmsa1$',
      'msDS-ManagedPasswordInterval': '30',
      userAccountControl: '4096',
    },
  ],
  [
    `CN=msa1,${MANAGED}`,
    { objectClass: 'msDS-ManagedServiceAccount', sAMAccountName: 'msa1$', userAccountControl: '4096' },
  ],
  group('Inner', `CN=svc-nested,${USERS}`),
  group('Outer', `CN=Inner,${USERS}`),
  [`OU=many,${DOMAIN}`, { objectClass: 'organizationalUnit' }],
  [`OU=hidden,${DOMAIN}`, { objectClass: 'organizationalUnit' }],
  [
    `CN=svc-hidden,OU=hidden,${DOMAIN}`,
    { objectClass: 'user', sAMAccountName: 'svc-hidden', servicePrincipalName: 'HTTP/hidden.ad.test' },
  ],
];

async function fill({ url, administrator, tool }: TestSamba): Promise<void> {
  tool('user', 'create', 'reader', READER.password);
  const client = new Client({ url });
  await client.bind(administrator.bindDn, administrator.password);
  for (const [dn, entry] of ESTATE) await client.add(dn, entry);
  await client.unbind();
  tool('group', 'addmembers', 'Domain Admins', 'Outer');
  // Which also enables it.
  tool('user', 'setpassword', 'svc-spn', '--newpassword=For-this-account-1');
  tool('dsacl', 'set', `--objectdn=OU=hidden,${DOMAIN}`, '--sddl=(D;CI;RPLC;;;DU)');
}

describe('LDAP, a real Active Directory', { skip }, () => {
  let samba: TestSamba;
  const read = (given: { bindDn: string; password: string }, more: Record<string, unknown> = {}) =>
    readSource(source, {
      settings: { url: samba.url, bindDn: given.bindDn, ...more },
      secrets: { password: given.password },
    });

  before(async () => {
    samba = await startSamba();
    await fill(samba);
  });
  after(() => samba?.stop());

  it('reads managed accounts, kerberoastable users, delegation and passwords without an end', async (t) => {
    const [accounts] = await read(READER);
    assert.deepEqual([accounts?.listing, accounts?.errors], ['accounts', []]);
    assert.equal(accounts?.pages.at(-1)?.end, true);
    // The forest's own partitions, which hold no accounts, are no gap.
    assert.deepEqual(accounts?.denied, []);
    const observed = accounts?.observed ?? [];
    const told = (name: string, what: string) =>
      observed.find(
        (one) => one.class === what && one.naturalId.toLowerCase().includes(`cn=${name.toLowerCase()},`),
      )?.attributes;
    assert.equal(told('gmsa1', 'identity')?.kind, 'active-directory-group-managed-service-account');
    assert.equal(told('msa1', 'identity')?.kind, 'active-directory-managed-service-account');
    assert.equal(told('svc-spn', 'identity')?.enabled, true);
    assert.equal(told('svc-old', 'identity')?.enabled, false);
    assert.deepEqual(told('svc-spn', 'exposure')?.principals, ['HTTP/app.ad.test']);
    assert.equal(told('svc-any', 'exposure'), undefined);
    assert.match(String(told('svc-spn', 'credential')?.rotated), /^20\d\d-/);
    assert.equal(told('svc-old', 'credential')?.expires, null);
    assert.deepEqual(told('svc-any', 'permission')?.grants, ['DELEGATE on any service']);
    assert.deepEqual((told('svc-some', 'permission')?.grants ?? []).toSorted(), [
      'DELEGATE on cifs/files.ad.test',
      'DELEGATE on http/files.ad.test',
      'IMPERSONATE on any user',
    ]);
    assert.equal(told('nobody', 'identity'), undefined);
    assert.equal(told('svc-hidden', 'identity'), undefined);
    record(t, {
      tool: 'Samba AD DC',
      version: '4',
      checked: 'the ldap source',
      outcome: 'managed accounts, kerberoastable users, delegation; administrators through nested groups',
    });
  });

  it('names the groups on the way to the administrators', async () => {
    const administrators = of(await read(READER), 'administrators');
    assert.deepEqual(administrators.errors, []);
    const paths = administrators.observed
      .filter(({ naturalId }) => naturalId.includes('cn=svc-nested,'))
      .map(({ attributes }) => attributes.path);
    const way = `member of CN=Inner,${USERS}, in CN=Outer,${USERS}, in CN=Domain Admins,${USERS}`;
    assert.deepEqual(paths.sort(), [way, `${way}, in CN=Administrators,CN=Builtin,${DOMAIN}`]);
  });

  it('finds the groups of administrators by their identifiers, however they are called', async () => {
    const client = new Client({ url: samba.url });
    await client.bind(samba.administrator.bindDn, samba.administrator.password);
    await client.modifyDN(`CN=Domain Admins,${USERS}`, `CN=Domänen-Admins,${USERS}`);
    await client.unbind();
    const administrators = of(await read(READER), 'administrators');
    assert.ok(
      administrators.observed.some(
        ({ attributes }) =>
          attributes.path ===
          `member of CN=Inner,${USERS}, in CN=Outer,${USERS}, in CN=Domänen-Admins,${USERS}`,
      ),
    );
  });

  it('reads on where a page ends', async () => {
    const client = new Client({ url: samba.url });
    await client.bind(samba.administrator.bindDn, samba.administrator.password);
    for (let index = 0; index < MANY; index += 1)
      await client.add(`CN=m${index},OU=many,${DOMAIN}`, {
        objectClass: 'user',
        sAMAccountName: `m${index}`,
        servicePrincipalName: `HTTP/m${index}`,
      });
    await client.unbind();
    const [accounts] = await read(READER, { baseDns: [`OU=many,${DOMAIN}`] });
    assert.deepEqual(accounts?.errors, []);
    assert.equal(accounts?.pages.length, Math.ceil(MANY / 500));
    assert.equal(accounts?.observed.filter((one) => one.class === 'identity').length, MANY);
  });

  it('a base that is hidden from the reader, or is not there, is a denied range', async () => {
    for (const base of ['hidden', 'nowhere']) {
      const listings = await read(READER, { baseDns: [`OU=${base},${DOMAIN}`] });
      assert.deepEqual(
        listings.map(({ thrown, observed }) => [thrown?.kind, observed.length]),
        [
          ['denied', 0],
          ['denied', 0],
        ],
      );
    }
  });

  it('a wrong password is refused', async () => {
    await assert.rejects(read({ ...READER, password: 'another' }), { kind: 'denied' });
  });
});
