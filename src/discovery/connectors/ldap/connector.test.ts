import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mapped } from '../../testing/read.ts';
import { nestedIn } from './administrators.ts';
import { errorOf } from './client.ts';
import { source } from './connector.ts';
import { momentOfGeneralized, momentOfTicks } from './mapping.ts';
import { escaped } from './reading.ts';
import { relativeIdOf, sidOf } from './sid.ts';

const DN = 'CN=svc,OU=Services,DC=ad,DC=test';
const ASKED = ['2026-03-01T00:00:00.000Z'];
/** 2026-01-02T03:04:05Z. */
const TICKS = ['134117966450000000'];
const FLAGS = {
  disabled: 0x202,
  normal: 0x200,
  neverExpires: 0x10200,
  anyService: 0x80200,
  anyUser: 0x1000200,
};
const USER = {
  dn: [DN],
  objectclass: ['top', 'person', 'organizationalPerson', 'user'],
  samaccountname: ['svc'],
  useraccountcontrol: [String(FLAGS.normal)],
  pwdlastset: TICKS,
  whencreated: ['20260102030405.0Z'],
  asked: ASKED,
};
const map = (listing: string, item: object) => mapped(source, listing, [item]);
const user = (change: object = {}) => map('accounts', { ...USER, ...change });
const of = (what: string, change: object = {}) => user(change).find((one) => one.class === what)?.attributes;
const withFlags = (flags: number) => ({ useraccountcontrol: [String(flags)] });
const managed = (name: string) => ({ objectclass: [...USER.objectclass, 'computer', name] });

describe('ldap, mapping of a plain server', () => {
  const ENTRY = {
    dn: ['uid=Backup,dc=example,dc=org'],
    objectclass: ['account', 'simpleSecurityObject'],
    createtimestamp: ['20260102030405Z'],
    pwdchangedtime: ['20260203040506Z'],
    asked: ASKED,
  };
  const [identity, password] = map('accounts', ENTRY);

  it('an entry is an identity, known by its name, and a password with its age', () => {
    assert.equal(identity?.attributes.kind, 'ldap-account');
    assert.deepEqual(identity?.joins, ['directory:uid=backup,dc=example,dc=org']);
    assert.equal(identity?.attributes.created, '2026-01-02T03:04:05.000Z');
    assert.equal(password?.attributes.rotated, '2026-02-03T04:05:06.000Z');
    assert.equal(password?.attributes.holder, `here/identity/${identity?.naturalId}`);
  });

  it('what such a server cannot tell is not told', () => {
    assert.ok(identity && !('enabled' in identity.attributes));
    assert.ok(password && !('lastUsed' in password.attributes) && !('expires' in password.attributes));
  });
});

describe('ldap, mapping of Active Directory', () => {
  it('a user with a principal name can be kerberoasted, where it is enabled', () => {
    const names = { serviceprincipalname: ['HTTP/app.ad.test'] };
    assert.deepEqual(of('exposure', names)?.principals, ['HTTP/app.ad.test']);
    assert.equal(of('exposure', names)?.kind, 'active-directory-kerberoastable');
    assert.equal(of('exposure', { ...names, ...withFlags(FLAGS.disabled) }), undefined);
    assert.equal(of('exposure'), undefined);
  });

  it('managed accounts have passwords that nobody guesses', () => {
    const group = { ...managed('msDS-GroupManagedServiceAccount'), serviceprincipalname: ['HTTP/a'] };
    assert.equal(of('identity', group)?.kind, 'active-directory-group-managed-service-account');
    assert.equal(of('exposure', group), undefined);
    const single = { ...managed('msDS-ManagedServiceAccount'), serviceprincipalname: ['HTTP/a'] };
    assert.equal(of('identity', single)?.kind, 'active-directory-managed-service-account');
    assert.equal(of('exposure', single), undefined);
  });

  it('a password that never expires says so; one whose end a policy sets says nothing', () => {
    assert.equal(of('credential', withFlags(FLAGS.neverExpires))?.expires, null);
    assert.ok(!('expires' in (of('credential') ?? {})));
  });

  it('tells what is disabled', () => {
    assert.equal(of('identity')?.enabled, true);
    assert.equal(of('identity', withFlags(FLAGS.disabled))?.enabled, false);
  });

  it('tells delegation, and that one to any service makes an administrator', () => {
    const any = of('permission', withFlags(FLAGS.anyService));
    assert.deepEqual([any?.grants, any?.administrator], [['DELEGATE on any service'], true]);
    const some = of('permission', {
      ...withFlags(FLAGS.anyUser),
      'msds-allowedtodelegateto': ['cifs/files.ad.test'],
    });
    assert.deepEqual(some?.grants, ['IMPERSONATE on any user', 'DELEGATE on cifs/files.ad.test']);
    assert.ok(some && !('administrator' in some));
    assert.equal(of('permission'), undefined);
  });

  it('a last logon comes late: it is known until two weeks before', () => {
    const used = of('credential', { lastlogontimestamp: TICKS });
    assert.equal(used?.lastUsed, '2026-01-02T03:04:05.000Z');
    assert.equal(used?.usesKnownUntil, '2026-02-15T00:00:00.000Z');
    assert.equal(of('credential')?.lastUsed, null);
  });

  it('a password that is to be changed was not changed at the beginning of time', () => {
    assert.equal(of('credential', { pwdlastset: ['0'] })?.rotated, undefined);
  });

  it('the name of who manages it is hidden', () => {
    const manager = 'CN=Ann Example,DC=ad,DC=test';
    assert.ok(!JSON.stringify(user({ managedby: [manager] })).includes('Ann Example'));
    assert.equal(of('identity', { managedby: [manager] })?.ownerFrom, 'directory');
  });
});

describe('ldap, administrators', () => {
  const top = 'CN=Domain Admins,DC=t';
  const path = (item: object) =>
    map('administrators', { dn: [DN], group: [top], ...item })[0]?.attributes.path;

  it('name each group on the way', () => {
    assert.equal(path({ through: [] }), `member of ${top}`);
    assert.equal(path({ through: ['CN=In', 'CN=Out'] }), `member of CN=In, in CN=Out, in ${top}`);
  });

  it('the way is the shortest, and a circle of groups ends', async () => {
    const inside: Record<string, string[]> = {
      top: ['a', 'c'],
      a: ['b'],
      b: ['C', 'd'],
      c: ['a', 'top'],
      d: ['a'],
    };
    const group = (dn: string) => ({ dn, sid: undefined });
    const nested = await nestedIn(group('top'), async ({ dn }) =>
      (inside[dn.toLowerCase()] ?? []).map(group),
    );
    assert.deepEqual(
      nested.map(({ way }) => way),
      [[], ['a'], ['c'], ['b', 'a'], ['d', 'b', 'a']],
    );
  });

  it('are told by identifiers', () => {
    const sid = sidOf('010500000000000515000000010000000200000003000000 00020000'.replace(' ', ''));
    assert.equal(sid, 'S-1-5-21-1-2-3-512');
    assert.equal(relativeIdOf(sid ?? ''), '512');
    assert.equal(sidOf('01020000000000052000000020020000'), 'S-1-5-32-544');
    for (const broken of [undefined, '', '0105', '01050000000000051500000001000000'])
      assert.equal(sidOf(broken), undefined);
  });
});

describe('ldap, what is read and asked', () => {
  it('moments, and none where there is none', () => {
    assert.equal(momentOfTicks('0'), null);
    assert.equal(momentOfTicks('9223372036854775807'), null);
    assert.equal(momentOfTicks(TICKS[0] as string), '2026-01-02T03:04:05.000Z');
    assert.equal(momentOfGeneralized('20260102030405.0Z'), '2026-01-02T03:04:05.000Z');
    assert.equal(momentOfGeneralized('yesterday'), undefined);
  });

  it('a name cannot widen a filter', () => {
    assert.equal(escaped('CN=a)(cn=*\\\0'), 'CN=a\\29\\28cn=\\2a\\5c\\00');
  });

  it('results are refusals, waits or failures, and never the words of the server', () => {
    const told = (code: number) => errorOf({ code, message: 'secret words' });
    for (const code of [3, 4, 8, 10, 11, 13, 48, 49, 50]) assert.equal(told(code).kind, 'denied');
    assert.equal(told(51).kind, 'limited');
    assert.equal(told(32).kind, 'failed');
    for (const code of [1, 32, 49, 51]) assert.doesNotMatch(told(code).message, /secret words/);
  });
});
