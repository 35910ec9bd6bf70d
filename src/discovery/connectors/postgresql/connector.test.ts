import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mapped, readSource } from '../../testing/read.ts';
import { errorOf } from './client.ts';
import { source } from './connector.ts';
import { double } from './testing/double.ts';

const SERVER = 'db.example.org:5432';
const map = (listing: string, item: object, partition = SERVER) => mapped(source, listing, [item], partition);

const ROLE = {
  name: 'payments',
  login: true,
  superuser: false,
  createrole: false,
  createdb: false,
  replication: false,
  bypassrls: false,
  connlimit: -1,
  expires: null,
  predefined: false,
};
const RULE = {
  line: 3,
  type: 'host',
  databases: ['all'],
  users: ['all'],
  address: '10.0.0.0',
  netmask: '255.0.0.0',
};

describe('postgresql, mapping', () => {
  it('a login role is an identity that others know by server and name, and a password of which no age is told', () => {
    const [identity, password] = map('roles', { ...ROLE, rolpassword: 'never in sight' });
    assert.deepEqual(identity?.joins, [`database:${SERVER}/payments`]);
    assert.equal(identity?.attributes.enabled, true);
    assert.equal(password?.attributes.expires, null);
    assert.ok(password && !('rotated' in password.attributes) && !('lastUsed' in password.attributes));
  });

  it('a superuser is an administrator; what else a role may is told without that', () => {
    const powers = (role: object) =>
      map('roles', { ...ROLE, ...role }).filter((one) => one.class === 'permission');
    assert.equal(powers({ superuser: true })[0]?.attributes.path, 'superuser');
    const [able] = powers({ createrole: true, replication: true });
    assert.deepEqual(able?.attributes.grants, ['CREATEROLE on server', 'REPLICATION on server']);
    assert.equal(able?.attributes.administrator, undefined);
    assert.equal(powers({ superuser: true, login: false })[0]?.attributes.administrator, undefined);
  });

  it('a role that nobody may use as a connection is not enabled; one that cannot log in has no password', () => {
    assert.equal(map('roles', { ...ROLE, connlimit: 0 })[0]?.attributes.enabled, false);
    assert.deepEqual(
      map('roles', { ...ROLE, login: false }).map((one) => one.class),
      ['identity'],
    );
    assert.deepEqual(map('roles', { ...ROLE, name: 'pg_monitor', predefined: true }), []);
  });

  it('the holder of a right in a database is the role of the server', () => {
    const [held] = map(
      'grants',
      { name: 'payments', part: 1, held: ['SELECT on table a.b'] },
      `${SERVER}/shop`,
    );
    assert.equal(held?.attributes.holder, `${SERVER}/identity/role/payments`);
    assert.equal(held?.attributes.database, 'shop');
    const [everybody] = map(
      'grants',
      { name: null, part: 1, held: ['SELECT on table a.b'] },
      `${SERVER}/shop`,
    );
    assert.equal(everybody?.attributes.holder, null);
  });

  it('only rules that ask for too little are exposures', () => {
    const classes = (method: string) =>
      map('authentication-rules', { ...RULE, method }).map((one) => one.class);
    for (const method of ['trust', 'md5', 'password'])
      assert.deepEqual(classes(method), ['trust', 'exposure']);
    for (const method of ['scram-sha-256', 'cert', 'reject', 'peer'])
      assert.deepEqual(classes(method), ['trust']);
  });
});

describe('postgresql, reading', () => {
  it('stops when it is told to', async (t) => {
    const running = await double.start(t, { items: 300, name: (index) => `role-${index}`, fault: 'slow' });
    const stop = new AbortController();
    const watch = setInterval(() => {
      if (running.asked().includes('SELECT pg_catalog.pg_roles')) stop.abort();
    }, 5);
    t.after(() => clearInterval(watch));
    await assert.rejects(readSource(source, { ...running, signal: stop.signal }), { kind: 'cancelled' });
    await running.stop();
  });

  it('passes on no word of the server', () => {
    const told = errorOf(Object.assign(new Error('secret-ish words'), { code: '42601' }));
    assert.equal(told.message, 'the server failed (SQLSTATE 42601)');
    assert.equal(errorOf(Object.assign(new Error('words'), { code: 'ECONNRESET' })).message, 'ECONNRESET');
    assert.equal(errorOf(new Error('secret-ish words')).message, 'failed');
  });
});
