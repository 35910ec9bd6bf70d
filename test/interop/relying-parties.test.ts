/** PostgreSQL and nginx as relying parties: an SVID of ours is let in, and kept out once it was locked and their CRL renewed. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { type AgentHouse, openAgentHouse } from '../support/agent-house.ts';
import { postgresPrograms, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { type Credential, lockAndKnock, prepareParty, type RelyingParty, until } from './relying-party.ts';
import { record } from './support.ts';

const NGINX = '/usr/sbin/nginx';
const WELCOME = 'welcome';
const ROLE = 'payments';

describe('relying parties that are not ours', () => {
  let house: AgentHouse;
  let socketPath: string;
  before(async () => {
    house = await openAgentHouse();
    ({ socketPath } = await house.startAgent());
  });
  after(() => house.close());

  test('PostgreSQL accepts an SVID, and refuses it after the lock, once its CRL is renewed', async (t) => {
    if (postgresPrograms() === undefined) return t.skip('needs PostgreSQL');
    const party = await prepareParty(house);
    t.after(() => party.remove());
    const postgres = await startPostgres();
    const admin = new pg.Client({ connectionString: postgres.url });
    t.after(async () => {
      await admin.end();
      await postgres.stop();
    });
    await admin.connect();
    const password = await wantCertificates(admin, party);
    const knock = (credential?: Credential) => login(postgres, party, password, credential);
    // Settings are read anew some time after they were written; by then it wants a certificate.
    await until(knock, (answer) => answer.includes('requires a valid client certificate'));

    const reload = async () => void (await admin.query('select pg_reload_conf()'));
    const door = { party, knock, reload };
    const { milliseconds, before, refused, after: later, anew } = await lockAndKnock(house, socketPath, door);
    assert.deepEqual([before, anew], [WELCOME, WELCOME]);
    assert.match(refused, /certificate revoked/);
    assert.match(later, /certificate revoked/);
    t.diagnostic(`PostgreSQL refused ${milliseconds} ms after the lock`);
    const { rows } = await admin.query('show server_version');
    record(t, {
      tool: 'PostgreSQL',
      version: rows[0].server_version.split(' ')[0],
      checked:
        'an SVID as client certificate (`clientcert=verify-ca`, `ssl_crl_file`), our certificate as the server’s',
      outcome: 'accepted; refused after the lock with a renewed CRL and a reload; a new one accepted',
    });
  });

  test('nginx accepts an SVID, and refuses it after the lock, once its CRL is renewed', async (t) => {
    if (!existsSync(NGINX)) return t.skip('needs nginx');
    const party = await prepareParty(house);
    t.after(() => party.remove());
    const port = await freePort();
    const server = startNginx(party, port);
    t.after(() => server.stop());
    const knock = (credential?: Credential) => get(port, party, credential);
    await until(
      () => knock().catch(() => ''),
      (answer) => answer !== '',
    );
    assert.equal(await knock(), 'NONE');

    const door = { party, knock, reload: server.reload };
    const { milliseconds, before, refused, after: later, anew } = await lockAndKnock(house, socketPath, door);
    assert.deepEqual([before, anew], [WELCOME, WELCOME]);
    assert.equal(refused, 'FAILED:certificate revoked');
    assert.equal(later, 'FAILED:certificate revoked');
    t.diagnostic(`nginx refused ${milliseconds} ms after the lock`);
    record(t, {
      tool: 'nginx',
      version: server.version,
      checked:
        'an SVID as client certificate (`ssl_verify_client on`, `ssl_crl`), our certificate as the server’s',
      outcome: 'accepted; refused after the lock with a renewed CRL and a reload; a new one accepted',
    });
  });
});

/** TLS by our certificates, and a role that is asked for a client certificate and its password. Returns the password. */
async function wantCertificates(admin: pg.Client, { folder }: RelyingParty): Promise<string> {
  const { rows } = await admin.query(`select current_setting('data_directory') as data`);
  const { uid, gid } = statSync(rows[0].data);
  for (const file of ['root.pem', 'server.pem', 'server.key', 'crls.pem'])
    chownSync(join(folder, file), uid, gid);
  const settings = {
    ssl_cert_file: 'server.pem',
    ssl_key_file: 'server.key',
    ssl_ca_file: 'root.pem',
    ssl_crl_file: 'crls.pem',
  };
  for (const [name, file] of Object.entries(settings))
    await admin.query(`alter system set ${name} = ${pg.escapeLiteral(join(folder, file))}`);
  await admin.query('alter system set ssl = on');
  const password = randomBytes(12).toString('hex');
  await admin.query(`create role ${ROLE} login password ${pg.escapeLiteral(password)}`);
  const hba = join(rows[0].data, 'pg_hba.conf');
  const rules = `hostssl all ${ROLE} 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\nhost all ${ROLE} all reject\n`;
  writeFileSync(hba, rules + readFileSync(hba, 'utf8'));
  await admin.query('select pg_reload_conf()');
  return password;
}

async function login(
  postgres: TestPostgres,
  { root }: RelyingParty,
  password: string,
  credential?: Credential,
): Promise<string> {
  const { hostname: host, port } = new URL(postgres.url);
  const { cert, key } = credential ?? {};
  const ssl = { ca: root, servername: 'localhost', cert, key };
  const client = new pg.Client({ host, port: Number(port), user: ROLE, password, database: 'postgres', ssl });
  // After a TLS 1.3 handshake that the server refuses, the alert comes when the client thinks that it is through.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return WELCOME;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function configuration(folder: string, port: number): string {
  const at = (name: string) => join(folder, name);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${at('temporary')};`,
  );
  return `daemon off; worker_processes 1; pid ${at('pid')}; error_log ${at('error.log')} warn;
events {}
http {
  access_log off; ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${at('server.pem')}; ssl_certificate_key ${at('server.key')};
    ssl_client_certificate ${at('root.pem')}; ssl_crl ${at('crls.pem')};
    ssl_verify_client on; ssl_verify_depth 2;
    error_page 495 496 =403 @refused;
    location / { return 200 ${WELCOME}; }
    location @refused { return 403 $ssl_client_verify; }
  }
}
`;
}

function startNginx({ folder }: RelyingParty, port: number) {
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(folder, port));
  const child = spawn(NGINX, ['-e', join(folder, 'error.log'), '-c', file], { stdio: 'ignore' });
  const version = execFileSync('/bin/sh', ['-c', `${NGINX} -v 2>&1`], { encoding: 'utf8' });
  return {
    version: /nginx\/([\d.]+)/.exec(version)?.[1] ?? '',
    // Workers of before still take connections for a moment, and know the list of before.
    async reload() {
      const old = workersOf(child.pid);
      child.kill('SIGHUP');
      await until(
        async () => workersOf(child.pid),
        (workers) => workers.length > 0 && !workers.some((pid) => old.includes(pid)),
      );
    },
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** proc(5). */
const workersOf = (master: number | undefined): string[] =>
  readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ').filter(Boolean);

function get(port: number, { root: ca }: RelyingParty, credential?: Credential): Promise<string> {
  const { cert, key } = credential ?? {};
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, servername: 'localhost', ca, cert, key, agent: false };
    const asked = request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () => resolve(text));
    });
    asked.on('error', reject);
    asked.end();
  });
}
