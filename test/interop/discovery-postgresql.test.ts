/** The PostgreSQL connector against a real server: as the least role that its README names, and as one without rights. */
import assert from 'node:assert/strict';
import { appendFileSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { source } from '../../src/discovery/connectors/postgresql/connector.ts';
import type { Observed } from '../../src/discovery/contract.ts';
import { openingFor, type ReadListing, readSource } from '../../src/discovery/testing/read.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { makeTls, type TestTls } from '../support/tls.ts';
import { record } from './support.ts';

const skip = postgresPrograms() === undefined ? 'needs PostgreSQL' : false;
const PASSWORD = 'for-this-test';
const MANY = 10_000;
const HOSTILE = 'line\nbreak "quoted" \u202eright to left \\ \'apostrophe\' %s';
const README = join(import.meta.dirname, '../../src/discovery/connectors/postgresql/README.md');

/** What the README tells an administrator to run. */
const rightsOfReadme = (): string =>
  (readFileSync(README, 'utf8').match(/```sql\n([\s\S]*?)```/)?.[1] ?? '').replace('CHOOSE-ONE', PASSWORD);

const RULES = `local all all trust
hostssl all muniment 127.0.0.1/32 cert
host all postgres,bare 127.0.0.1/32 scram-sha-256
host shop legacy 10.0.0.0/8 md5
`;

const ESTATE = `
  create role bare login password '${PASSWORD}';
  create role payments login valid until '2030-01-02 03:04:05+00';
  create role operators nologin;
  create role owners nologin superuser;
  create role deploy login;
  create role reporter login connection limit 0;
  create role runner login;
  grant owners to operators;
  grant operators to deploy;
  grant pg_execute_server_program to runner;
  create schema app;
  create table app.orders (id int, card text);
  grant usage on schema app to payments;
  grant select, insert on app.orders to payments with grant option;
  grant select (card) on app.orders to reporter;
  grant select on app.orders to public;
  create function app.pay() returns int language sql as 'select 1';
  alter function app.pay() owner to payments;
  grant execute on function pg_catalog.pg_read_file(text) to reporter;
  do $$ begin for i in 1..${MANY} loop execute format('create role many_%s nologin', i); end loop; end $$;
  do $$ begin for i in 1..600 loop execute format('create table app.t%s ()', i); execute format('grant select on app.t%s to reporter', i); end loop; end $$;
  create role ${pg.escapeIdentifier(HOSTILE)} login;`;

async function inDatabase<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return (await client.query<Row>(sql).finally(() => client.end())).rows;
}

/** Where the server, which is not root, may read its key and nobody else may. */
function serverFiles(tls: TestTls, folder: string): Record<string, string> {
  const passwd = readFileSync('/etc/passwd', 'utf8').match(/^(?:postgres|nobody):[^:]*:(\d+):(\d+):/m);
  writeFileSync(join(folder, 'hba.conf'), RULES);
  if (process.getuid?.() === 0)
    for (const file of [folder, tls.keyFile, tls.certFile, tls.caFile, join(folder, 'hba.conf')])
      chownSync(file, Number(passwd?.[1]), Number(passwd?.[2]));
  return {
    ssl: 'on',
    ssl_cert_file: tls.certFile,
    ssl_key_file: tls.keyFile,
    ssl_ca_file: tls.caFile,
    hba_file: join(folder, 'hba.conf'),
    log_statement: 'all',
    logging_collector: 'on',
    log_directory: folder,
    log_filename: 'log',
    log_line_prefix: '%u: ',
  };
}

describe('PostgreSQL, a real server', { skip }, () => {
  let server: TestPostgres;
  let folder: string;
  let tls: TestTls;
  let held: pg.Client;
  let all: ReadListing[];
  const address = () => ({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
  const byCertificate = () => {
    const read = (file: string) => readFileSync(file, 'utf8');
    return {
      settings: {
        ...address(),
        user: 'muniment',
        ca: read(tls.caFile),
        certificate: read(tls.clientCertFile),
      },
      secrets: { clientKey: read(tls.clientKeyFile) },
    };
  };
  const byPassword = (user: string, password = PASSWORD) => ({
    settings: { ...address(), user, tls: 'off' },
    secrets: { password },
  });
  const isOpen = ({ partition }: ReadListing) => !partition.endsWith('/closed');
  const listing = (name: string, read = all) => read.filter((one) => one.listing === name);
  const observed = (name: string): Observed[] => listing(name).flatMap((one) => one.observed);
  const find = (name: string, naturalId: string) => {
    const found = observed(name).find((one) => one.naturalId === naturalId);
    assert.ok(found, `${naturalId} in ${name}`);
    return found;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-pg-files-'));
    tls = makeTls(folder);
    server = await startPostgres(serverFiles(tls, folder));
    await server.database('shop');
    await server.database('closed');
    await inDatabase(server.url, rightsOfReadme());
    await inDatabase(server.url, 'revoke connect on database closed from public');
    await inDatabase(server.url.replace(/\/postgres$/, '/shop'), ESTATE);
    const given = byCertificate();
    held = new pg.Client({
      ...address(),
      user: 'muniment',
      database: 'shop',
      ssl: { ca: given.settings.ca, cert: given.settings.certificate, key: given.secrets.clientKey },
    });
    await held.connect();
    all = await readSource(source, given);
  });
  after(async () => {
    await held?.end();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('reads every listing to its end, and as many as the server counts', () => {
    for (const { listing, errors, pages } of all.filter(isOpen)) {
      assert.deepEqual(errors, [], listing);
      assert.equal(pages.at(-1)?.end, true, listing);
      const items = pages.reduce((sum, page) => sum + page.items.length, 0);
      assert.equal(items, pages[0]?.providerCount, listing);
    }
    const roles = listing('roles')[0];
    assert.ok((roles?.pages.length ?? 0) > MANY / 100, 'in pages');
    assert.equal(
      observed('roles').filter(({ naturalId }) => naturalId.startsWith('role/many_')).length,
      MANY,
    );
    assert.ok(Math.abs((roles?.pages[0]?.providerTime?.getTime() ?? 0) - Date.now()) < 60_000);
  });

  it('tells roles: expiry of the password, what is switched off, names of any kind, and no predefined ones', () => {
    assert.equal(find('roles', 'password/payments').attributes.expires, '2030-01-02T03:04:05.000Z');
    assert.equal(find('roles', 'password/deploy').attributes.expires, null);
    assert.equal(find('roles', 'role/reporter').attributes.enabled, false);
    assert.equal(find('roles', `role/${HOSTILE}`).label, HOSTILE);
    assert.equal(find('roles', 'role/operators').attributes.kind, 'postgresql-group-role');
    assert.equal(observed('roles').filter(({ naturalId }) => naturalId.startsWith('role/pg_')).length, 0);
  });

  it('finds administrators, and those who may become one through groups or a program of the server', () => {
    const paths = [...observed('roles'), ...observed('administrators')]
      .filter(({ attributes }) => attributes.administrator === true)
      .map(({ attributes }) => `${String(attributes.holder).split('/').at(-1)}: ${attributes.path}`);
    assert.deepEqual(paths.sort(), [
      'deploy: member of operators, which leads to owners',
      'postgres: superuser',
      'runner: member of pg_execute_server_program',
    ]);
  });

  it('tells rights by holder, at most 500 in one', () => {
    assert.deepEqual(find('grants', 'grants/role/payments/1').attributes.grants, [
      'INSERT on table app.orders with grant option',
      'OWNER on function app.pay()',
      'SELECT on table app.orders with grant option',
      'USAGE on schema app',
    ]);
    const reporter = observed('grants').filter(({ naturalId }) =>
      naturalId.startsWith('grants/role/reporter/'),
    );
    assert.deepEqual(reporter.map(({ attributes }) => attributes.grants?.length).sort(), [102, 500]);
    const held = reporter.flatMap(({ attributes }) => attributes.grants ?? []);
    assert.ok(held.includes('SELECT on column app.orders.card'));
    assert.ok(held.includes('EXECUTE on function pg_catalog.pg_read_file(text)'));
    const everybody = observed('grants').filter(
      ({ attributes }) => attributes.database === 'shop' && attributes.holder === null,
    );
    assert.ok(everybody[0]?.attributes.grants?.includes('SELECT on table app.orders'));
  });

  it('tells rules of authentication, and which of them ask for too little', () => {
    const exposed = observed('authentication-rules').filter((one) => one.class === 'exposure');
    assert.deepEqual(exposed.map(({ attributes }) => attributes.kind).sort(), [
      'postgresql-md5-authentication',
      'postgresql-trust-authentication',
    ]);
    const trusts = observed('authentication-rules').filter((one) => one.class === 'trust');
    assert.deepEqual(
      trusts.map(({ attributes }) => attributes.issuer),
      ['trust', 'cert', 'scram-sha-256', 'md5'],
    );
  });

  it('tells who is connected, and with which certificate', () => {
    const [certificate] = observed('client-certificates');
    assert.equal(certificate?.attributes.subject, '/CN=muniment');
    assert.equal(certificate?.attributes.certificateIssuer, '/CN=test-ca');
    assert.match(String(certificate?.attributes.lastUsed), /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(
      observed('sessions').map(({ naturalId }) => naturalId),
      ['role/muniment'],
    );
  });

  it('declares a database that it may not enter, and never calls it empty', async () => {
    const { settings, secrets } = byCertificate();
    const opening = openingFor({ secrets, limits: { tries: 1, pagesMax: 1 } });
    const session = await source.open(source.settings.parse(settings), opening);
    const partitions = await session.partitions();
    await session.close();
    const closed = partitions.find(({ partition }) => partition.endsWith('/closed'));
    assert.deepEqual(closed?.denied, { grants: 'no CONNECT' });
    const told = all.filter((read) => !isOpen(read)).map(({ listing, denied }) => [listing, denied]);
    assert.deepEqual(told, [['grants', [{ what: 'grants', why: 'no CONNECT' }]]]);
  });

  it('without the rights of the README two kinds of listings are refused, and the rest is read', async () => {
    const read = await readSource(source, byPassword('bare'));
    const refused = read.filter(({ thrown }) => thrown !== undefined);
    assert.deepEqual(
      refused.map(({ listing, thrown }) => `${listing}: ${thrown?.kind}`),
      ['authentication-rules: denied', 'sessions: denied', 'client-certificates: denied'],
    );
    assert.equal(listing('roles', read)[0]?.observed.length, listing('roles')[0]?.observed.length);
  });

  it('a rule that the server cannot read is an error and not a rule less', async () => {
    appendFileSync(join(folder, 'hba.conf'), 'host all all nonsense\n');
    const read = await readSource(source, byCertificate());
    const [page] = listing('authentication-rules', read)[0]?.pages ?? [];
    assert.deepEqual(page?.errors, [{ what: 'line 5', why: 'the server cannot read this rule' }]);
    assert.equal(page?.providerCount, page?.items.length);
  });

  it('a wrong password, a server without our CA behind it, and a closed port are told apart', async () => {
    const failing = async (given: Parameters<typeof readSource>[1], why: RegExp, kind: string) =>
      assert.rejects(readSource(source, given), (error: { kind?: string; message: string }) => {
        assert.equal(error.kind, kind);
        assert.match(error.message, why);
        return true;
      });
    await failing(byPassword('bare', 'another'), /28P01/, 'denied');
    const unchecked = byCertificate();
    await failing({ ...unchecked, settings: { ...unchecked.settings, ca: undefined } }, /./, 'failed');
    await failing(
      { ...byPassword('bare'), settings: { ...byPassword('bare').settings, port: 1 } },
      /ECONNREFUSED/,
      'failed',
    );
  });

  it('sent nothing but reads', async (t) => {
    const log = readFileSync(join(folder, 'log'), 'utf8');
    const sent = [...log.matchAll(/^(?:muniment|bare): LOG: {2}statement: (.*)$/gm)].map(
      ([, text]) => text ?? '',
    );
    assert.ok(sent.length > 50, 'the log holds what was sent');
    const reads =
      /^(set default_transaction_read_only = on|set local search_path|begin isolation level repeatable read read only|(rollback to )?savepoint listing|declare page no scroll cursor for|fetch forward 100 from page|close page|select\b|$)/;
    assert.deepEqual([...new Set(sent.map((text) => text.trim()).filter((text) => !reads.test(text)))], []);
    assert.ok(!/pg_authid|pg_shadow|rolpassword/.test(log.replaceAll(/^postgres: .*$/gm, '')));
    const [version] = await inDatabase<{ version: string }>(
      server.url,
      "select split_part(version(), ' ', 2) as version",
    );
    record(t, {
      tool: 'PostgreSQL',
      version: version?.version ?? '',
      checked: 'the postgresql source with the rights of its README, and without',
      outcome: 'all that is there is listed; what is refused is told; nothing but reads in the log',
    });
  });
});
