/** The TLS connector against OpenSSL's server, and stores made by OpenSSL and by Java's keytool. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { source } from '../../src/discovery/connectors/tls/connector.ts';
import { SourceError } from '../../src/discovery/source-error.ts';
import { of, type ReadListing, readSource } from '../../src/discovery/testing/read.ts';
import { makeTls } from '../support/tls.ts';

const skip = existsSync('/usr/bin/openssl') ? false : 'needs OpenSSL';
const skipJava = skip || (existsSync('/usr/bin/keytool') ? false : 'needs keytool');
const PASSWORD = 'of this test alone';
const START_MILLISECONDS = 10_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('TLS against OpenSSL', { skip }, () => {
  let folder: string;
  let stores: string;
  let endpoint: string;
  let server: ReturnType<typeof spawn>;
  let all: ReadListing[];
  const read = (settings: object, secrets: Record<string, string> = { passwords: `wrong\n${PASSWORD}` }) =>
    readSource(source, { settings, secrets });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'discovery-tls-'));
    stores = join(folder, 'stores');
    mkdirSync(stores);
    const { certFile, keyFile, caFile } = makeTls(folder);
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    openssl(
      'pkcs12',
      '-export',
      '-in',
      certFile,
      '-inkey',
      keyFile,
      '-certfile',
      caFile,
      '-out',
      'stores/server.p12',
      '-passout',
      `pass:${PASSWORD}`,
    );
    openssl('x509', '-in', certFile, '-outform', 'DER', '-out', 'stores/server.der');
    openssl('pkcs8', '-topk8', '-in', keyFile, '-out', 'stores/sealed.key', '-passout', `pass:${PASSWORD}`);
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'rsa.key',
      '-out',
      'rsa.crt',
      '-subj',
      '/CN=rsa',
    );
    openssl(
      'pkcs12',
      '-export',
      '-in',
      'rsa.crt',
      '-inkey',
      'rsa.key',
      '-out',
      'stores/rsa.p12',
      '-passout',
      `pass:${PASSWORD}`,
    );
    writeFileSync(join(folder, 'outside.pem'), 'not read');
    symlinkSync(join(folder, 'outside.pem'), join(stores, 'link.pem'));
    const port = await freePort();
    endpoint = `127.0.0.1:${port}`;
    const args = [
      's_server',
      '-quiet',
      '-accept',
      endpoint,
      '-cert',
      certFile,
      '-key',
      keyFile,
      '-cert_chain',
      caFile,
    ];
    server = spawn('openssl', args, { stdio: 'ignore' });
    const deadline = Date.now() + START_MILLISECONDS;
    do {
      all = await read({ endpoints: [endpoint], folders: [stores] });
    } while (of(all, 'endpoint', endpoint).thrown && Date.now() < deadline);
  });
  after(() => {
    server?.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  it('sees the leaf and its chain, and knows the key again in every store', () => {
    const { observed, end } = of(all, 'endpoint', endpoint);
    assert.ok(end);
    assert.deepEqual(
      observed.map(({ attributes }) => attributes.kind),
      ['tls-endpoint', 'tls-certificate', 'tls-authority'],
    );
    assert.deepEqual(observed[1]?.attributes.names, ['DNS:localhost', 'IP Address:127.0.0.1']);
    const [join] = observed[1]?.joins ?? [];
    const same = of(all, 'stores', stores).observed.filter(({ joins }) => joins?.[0] === join);
    assert.deepEqual(same.map(({ attributes }) => `${attributes.location} ${attributes.kind}`).sort(), [
      'sealed.key tls-private-key',
      'server.der tls-certificate',
      'server.p12 tls-certificate',
      'server.p12 tls-private-key',
    ]);
  });

  it('reads stores with RSA keys, and tells no fault of a folder that is well', () => {
    const { observed, errors, denied } = of(all, 'stores', stores);
    assert.deepEqual([errors, denied], [[], []]);
    assert.equal(observed.filter(({ attributes }) => attributes.location === 'rsa.p12').length, 2);
  });

  it('tells stores that no password opens as denied', async () => {
    const told = of(await read({ folders: [stores] }, {}), 'stores', stores);
    assert.deepEqual(told.denied.map(({ what }) => what).sort(), ['rsa.p12', 'sealed.key', 'server.p12']);
    assert.deepEqual(told.errors, []);
  });

  it('tells a handshake that fails, and a port where nobody listens', async () => {
    const plain = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('220 not TLS\r\n'),
    );
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as { port: number };
    const nobody = `127.0.0.1:${await freePort()}`;
    const told = await read({ endpoints: [`127.0.0.1:${port}`, nobody] });
    await new Promise((resolve) => plain.close(resolve));
    assert.deepEqual(
      told.map(({ thrown }) => thrown),
      [new SourceError('failed', 'the TLS handshake failed'), new SourceError('failed', 'ECONNREFUSED')],
    );
  });

  it('reads stores of Java', { skip: skipJava }, async () => {
    const java = join(folder, 'java');
    mkdirSync(java);
    const name = [
      '-alias',
      'pay',
      '-dname',
      'CN=pay.example',
      '-keyalg',
      'EC',
      '-storepass',
      PASSWORD,
      '-keypass',
      PASSWORD,
    ];
    for (const type of ['JKS', 'PKCS12'])
      execFileSync(
        'keytool',
        ['-genkeypair', ...name, '-storetype', type, '-keystore', join(java, `${type}.jks`)],
        { stdio: 'pipe' },
      );
    const told = of(await read({ folders: [java] }), 'stores', java);
    assert.deepEqual([told.errors, told.denied], [[], []]);
    assert.deepEqual(told.observed.map(({ attributes }) => `${attributes.form} ${attributes.kind}`).sort(), [
      'jks tls-certificate',
      'jks tls-private-key',
      'pkcs12 tls-certificate',
      'pkcs12 tls-private-key',
    ]);
  });
});
