import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mapped } from '../../testing/read.ts';
import { errorOf } from './client.ts';
import { source } from './connector.ts';
import { pageOf, statementsOf } from './statements.ts';

const map = (listing: string, item: object) => mapped(source, listing, [item]);
const ACCOUNT = {
  user: 'payments',
  host: '10.%',
  plugin: 'caching_sha2_password',
  locked: 0,
  expired: 0,
  changed: '2026-01-02T03:04:05Z',
  until: null,
  tls: '',
  issuer: '',
  subject: '',
  role: 0,
  privileges: '',
};
const classes = (change: object) => map('accounts', { ...ACCOUNT, ...change }).map((one) => one.class);
const powers = (privileges: string, change = {}) =>
  map('accounts', { ...ACCOUNT, ...change, privileges }).find((one) => one.class === 'permission')
    ?.attributes;

describe('mysql, mapping', () => {
  it('an account is an identity, and a password with its age', () => {
    const [identity, password] = map('accounts', ACCOUNT);
    assert.deepEqual(identity?.joins, ["database:here/'payments'@'10.%'"]);
    assert.equal(password?.attributes.rotated, '2026-01-02T03:04:05Z');
    assert.equal(password?.attributes.expires, null);
  });

  it('where no time was kept none is told', () => {
    const [, password] = map('accounts', { ...ACCOUNT, changed: null });
    assert.ok(password && !('rotated' in password.attributes));
  });

  it('who is believed by others has no password here', () => {
    for (const plugin of ['auth_socket', 'unix_socket', 'authentication_ldap_sasl', 'gssapi'])
      assert.deepEqual(classes({ plugin }), ['identity']);
    assert.deepEqual(classes({ tls: 'X509' }), ['identity', 'credential', 'trust']);
  });

  it('a locked account exposes nothing', () => {
    assert.deepEqual(classes({ user: '', host: '%' }), ['identity', 'credential', 'exposure', 'exposure']);
    assert.deepEqual(classes({ user: '', host: '%', locked: 1 }), ['identity', 'credential']);
  });

  it('administrators are those who have SUPER, or may make accounts and pass on rights; a role acts by others', () => {
    assert.equal(powers('select,super')?.path, 'SUPER on *.*');
    assert.equal(powers('create_user,grant')?.administrator, true);
    assert.equal(powers('create_user')?.administrator, undefined);
    assert.equal(powers('super', { role: 1 })?.administrator, undefined);
    assert.deepEqual(powers('show_db,repl_slave')?.grants, [
      'SHOW DATABASES on *.*',
      'REPLICATION SLAVE on *.*',
    ]);
  });

  it('unused since the start is told as that, and who was here and left as nothing', () => {
    const use = { user: 'a', host: '%', today: '2026-02-03T00:00:00Z', since: '2026-01-01T00:00:00Z' };
    const told = (present: number, used: number) =>
      map('connections', { ...use, present, used })[0]?.attributes;
    assert.equal(told(0, 0)?.lastUsed, null);
    assert.ok(!('lastUsed' in (told(0, 1) ?? {})));
    assert.equal(told(1, 1)?.lastUsed, '2026-02-03T00:00:00Z');
  });
});

describe('mysql, asking', () => {
  it('names cannot become statements, whatever the server takes for an escape', () => {
    const sql = pageOf(statementsOf('mysql').accounts as never, ["\\'; drop", '%'], 100);
    assert.ok(!sql.includes("'; drop"));
    assert.match(sql, /> \(x'5c273b2064726f70', x'25'\)/);
  });

  it('passes on no word of the server', () => {
    assert.equal(errorOf({ errno: 1064, message: 'words' }).message, 'the server failed (1064)');
    assert.equal(errorOf({ errno: 1142 }).kind, 'denied');
    assert.equal(errorOf({ errno: 1040 }).kind, 'limited');
  });
});
