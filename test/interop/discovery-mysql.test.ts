/** The MySQL connector against a real MariaDB: with the rights that its README names, and without. */
import assert from 'node:assert/strict';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { source } from '../../src/discovery/connectors/mysql/connector.ts';
import type { Observed } from '../../src/discovery/contract.ts';
import { type ReadListing, readSource } from '../../src/discovery/testing/read.ts';
import { hasMariadb, startMariadb, type TestMariadb } from '../support/mariadb.ts';
import { makeTls, type TestTls } from '../support/tls.ts';
import { record } from './support.ts';

const skip = hasMariadb() ? false : 'needs MariaDB';
const PASSWORD = 'for-this-test';
const MANY = 10_000;
const HOSTILE = `line\nbreak "q" '; -- \\`;
const README = join(import.meta.dirname, '../../src/discovery/connectors/mysql/README.md');
const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** What the README tells an administrator of MariaDB to run. */
const rightsOfReadme = (): string =>
  (readFileSync(README, 'utf8').match(/```sql\n([\s\S]*?)```/)?.[1] ?? '').replace('CHOOSE-ONE', PASSWORD);

const ESTATE = `
  create user bare@'%' identified by '${PASSWORD}';
  create user payments@'10.%' identified by '${PASSWORD}' password expire interval 90 day;
  create user open@'%' identified by '';
  create user ''@'localhost' identified by '${PASSWORD}';
  create user old@'%' identified by '${PASSWORD}' account lock;
  create user cert@'%' require subject '/CN=cert' and issuer '/CN=test-ca';
  create user deploy@'localhost' identified via unix_socket;
  create user ${quoted(HOSTILE)}@'localhost' identified by '${PASSWORD}';
  create role operators; create role owners;
  grant all on *.* to owners with grant option;
  grant owners to operators;
  grant operators to deploy@'localhost' with admin option;
  set default role operators for deploy@'localhost';
  create database shop;
  create table shop.orders (id int, card text);
  create procedure shop.pay() select 1;
  grant select, insert on shop.* to payments@'10.%' with grant option;
  grant select (card), update (card) on shop.orders to open@'%';
  grant delete on shop.orders to open@'%';
  grant execute on procedure shop.pay to open@'%';`;

describe('MySQL, a real MariaDB', { skip }, () => {
  let server: TestMariadb;
  let folder: string;
  let tls: TestTls;
  let all: ReadListing[];
  const given = (user: string, password = PASSWORD) => ({
    settings: { host: '127.0.0.1', port: server.port, user, ca: readFileSync(tls.caFile, 'utf8') },
    secrets: { password },
  });
  const listing = (name: string, read = all) => read.filter((one) => one.listing === name);
  const observed = (name: string): Observed[] => listing(name).flatMap((one) => one.observed);
  const find = (name: string, naturalId: string) => {
    const found = observed(name).find((one) => one.naturalId === naturalId);
    assert.ok(found, `${naturalId} in ${name}`);
    return found;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-mariadb-files-'));
    tls = makeTls(folder);
    const mysql = readFileSync('/etc/passwd', 'utf8').match(/^(?:mysql|nobody):[^:]*:(\d+):(\d+):/m);
    if (process.getuid?.() === 0)
      for (const file of [folder, tls.keyFile]) chownSync(file, Number(mysql?.[1]), Number(mysql?.[2]));
    server = await startMariadb([
      ...[`--ssl-cert=${tls.certFile}`, `--ssl-key=${tls.keyFile}`, `--ssl-ca=${tls.caFile}`],
      '--performance-schema=on',
    ]);
    const root = await server.root();
    await root.query(rightsOfReadme());
    await root.query(ESTATE);
    // As many accounts as `create user` would make in minutes.
    await root.query(`use shop; insert into mysql.global_priv select '%', concat('many_', lpad(seq, 6, '0')),
      json_object('access', 0, 'plugin', 'mysql_native_password', 'authentication_string', '*0', 'password_last_changed', 1700000000)
      from seq_1_to_${MANY}; flush privileges;`);
    await root.end();
    all = await readSource(source, given('muniment'));
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('reads every listing to its end, and as many as the server counts', () => {
    for (const { listing, pages, errors } of all) {
      assert.deepEqual(errors, [], listing);
      assert.equal(pages.at(-1)?.end, true, listing);
      assert.equal(
        pages.reduce((sum, page) => sum + page.items.length, 0),
        pages[0]?.providerCount,
        listing,
      );
    }
    const many = observed('accounts').filter(({ naturalId }) => naturalId.startsWith("account/'many_"));
    assert.equal(many.length, MANY);
    assert.ok(
      Math.abs((listing('accounts')[0]?.pages[0]?.providerTime?.getTime() ?? 0) - Date.now()) < 60_000,
    );
  });

  it('tells accounts: how old a password is, when it ends, what is locked, names of any kind', () => {
    const { attributes } = find('accounts', "password/'payments'@'10.%'");
    const days =
      (Date.parse(String(attributes.expires)) - Date.parse(String(attributes.rotated))) / 86_400_000;
    assert.equal(days, 90);
    assert.equal(find('accounts', "password/'bare'@'%'").attributes.expires, null);
    assert.equal(find('accounts', "account/'old'@'%'").attributes.enabled, false);
    assert.equal(find('accounts', `account/'${HOSTILE}'@'localhost'`).label, `'${HOSTILE}'@'localhost'`);
    assert.equal(find('accounts', "certificate/'cert'@'%'").attributes.subject, '/CN=cert');
    assert.ok(!observed('accounts').some(({ naturalId }) => naturalId === "password/'deploy'@'localhost'"));
  });

  it('finds administrators, and those who may become one through roles', () => {
    const paths = [...observed('accounts'), ...observed('administrators')]
      .filter(({ attributes }) => attributes.administrator === true)
      .map(({ attributes }) => `${String(attributes.holder).split('account/').at(-1)}: ${attributes.path}`);
    assert.ok(paths.includes("'root'@'localhost': SUPER on *.*"));
    assert.deepEqual(
      paths.filter((path) => !path.startsWith("'root'")),
      ["'deploy'@'localhost': role 'operators'@'', which leads to 'owners'@''"],
    );
  });

  it('tells rights where they are held', () => {
    assert.deepEqual(find('database-grants', "grants/'payments'@'10.%'/`shop`.*").attributes.grants, [
      'SELECT on `shop`.*',
      'INSERT on `shop`.*',
      'GRANT OPTION on `shop`.*',
    ]);
    assert.deepEqual(find('table-grants', "grants/'open'@'%'/`shop`.`orders`").attributes.grants, [
      'DELETE on `shop`.`orders`',
      'SELECT on columns of `shop`.`orders`',
      'UPDATE on columns of `shop`.`orders`',
    ]);
    assert.ok(find('routine-grants', "grants/'open'@'%'/procedure `shop`.`pay`"));
  });

  it('tells accounts that let in too many, and not those that ask for a certificate', () => {
    const exposed = (listing: string, sort: string) =>
      observed(listing).flatMap(({ naturalId }) =>
        naturalId.startsWith(sort) ? [naturalId.slice(sort.length)] : [],
      );
    assert.deepEqual(exposed('accounts', 'anonymous-account/'), ["''@'localhost'"]);
    assert.deepEqual(
      exposed('empty-passwords', 'empty-password/').filter((account) => !account.startsWith("'root'")),
      ["'open'@'%'"],
    );
    assert.ok(exposed('accounts', 'any-host/').includes("'open'@'%'"));
    assert.ok(!exposed('accounts', 'any-host/').includes("'old'@'%'"), 'it is locked');
  });

  it('tells uses since the server started, and never of a name that two accounts share', () => {
    assert.match(String(find('connections', "account/'muniment'@'%'").attributes.lastUsed), /^\d{4}-/);
    const unused = find('connections', "account/'bare'@'%'").attributes;
    assert.equal(unused.lastUsed, null);
    assert.match(String(unused.usesKnownSince), /^\d{4}-/);
    assert.ok(!observed('connections').some(({ naturalId }) => naturalId.startsWith("account/'root'")));
  });

  it('without the rights of the README everything is refused, and nothing is told to be empty', async () => {
    const read = await readSource(source, given('bare'));
    assert.deepEqual([...new Set(read.map(({ thrown }) => thrown?.kind))], ['denied']);
    assert.equal(read.length, all.length);
  });

  it('a wrong password, and a server whose certificate is not of our CA, are told apart', async () => {
    await assert.rejects(readSource(source, given('bare', 'another')), { kind: 'denied' });
    const unchecked = given('muniment');
    await assert.rejects(
      readSource(source, { ...unchecked, settings: { ...unchecked.settings, ca: undefined } }),
      { kind: 'failed' },
    );
  });

  it('sent nothing but reads, and no hash came back', async (t) => {
    const log = server.log();
    const ours = [...log.matchAll(/^\S*\s+(?:\S+\s+)?(\d+) Connect\s+(?:muniment|bare)@/gm)].map(
      ([, id]) => id,
    );
    const sent = [...log.matchAll(/(\d+) Query\s+(.*)$/gm)]
      .filter(([, id]) => ours.includes(id))
      .map(([, , sql]) => sql);
    assert.ok(sent.length > 100, 'the log holds what was sent');
    const reads =
      /^(SET SESSION (time_zone|TRANSACTION)|START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY|select\b)/;
    assert.deepEqual(
      sent.filter((sql) => !reads.test(sql ?? '')),
      [],
    );
    const kept = JSON.stringify(all.map(({ pages }) => pages));
    assert.ok(!/authentication_string|\*[0-9A-F]{40}/.test(kept));
    const version = log.match(/Version: (\d+\.\d+\.\d+)/)?.[1] ?? '';
    record(t, {
      tool: 'MariaDB',
      version,
      checked: 'the mysql source with the rights of its README, and without',
      outcome: 'all that is there is listed; what is refused is told; nothing but reads in the log',
    });
  });
});
