import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createServer as createTls } from 'node:tls';
import fc from 'fast-check';
import { Reader } from '../../files/reader.ts';
import { certificatesOf, HANDSHAKE_TIMEOUT_MS, parseSockets, presentedBy, targetOf } from './listeners.ts';
import type { Scene } from './scene.ts';

const folder = mkdtempSync(join(tmpdir(), 'tls-'));
const servers: Server[] = [];
const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    servers.push(server);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

let certificate: X509Certificate;
let tls: number;
let silent: number;
let plain: number;

before(async () => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const options = ['-days', '2', '-subj', '/CN=listener.example', '-keyout', key, '-out', cert];
  execFileSync('openssl', [...request, ...options], { stdio: 'ignore' });
  certificate = new X509Certificate(readFileSync(cert));
  tls = await listen(createTls({ key: readFileSync(key), cert: readFileSync(cert) }));
  silent = await listen(createTcp((socket) => socket.on('error', () => undefined)));
  plain = await listen(createTcp((socket) => socket.on('error', () => undefined).end('220 hello\r\n')));
});
after(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

const at = (port: number) => ({ address: '127.0.0.1', port });

describe('what listens', () => {
  it('is read as the kernel writes it', () => {
    const text = [
      '  sl  local_address rem_address   st tx_queue rx_queue',
      '   0: 0100007F:1D10 00000000:0000 0A 00000000:00000000',
      '   1: 00000000:0016 00000000:0000 0A 00000000:00000000',
      '   2: 0100007F:0050 0100007F:9999 01 00000000:00000000',
      '   3: 00000000000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 0:0',
      'not a line',
    ].join('\n');
    assert.deepEqual(parseSockets(text), [
      { address: '127.0.0.1', port: 7440 },
      { address: '0.0.0.0', port: 22 },
      { address: '0:0:0:0:0:0:0:1', port: 443 },
    ]);
    assert.deepEqual(targetOf({ address: '0.0.0.0', port: 22 }), at(22));
    assert.deepEqual(targetOf({ address: '0:0:0:0:0:0:0:0', port: 22 }), { address: '::1', port: 22 });
  });

  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void parseSockets(text)));
  });
});

describe('a handshake', () => {
  const scene = (): Scene => ({ reader: new Reader('/') }) as Scene;

  it('tells the certificate by its public key', async () => {
    const [item] = await certificatesOf(scene(), [at(tls)]);
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    assert.equal(item?.attributes.fingerprint, createHash('sha256').update(spki).digest('hex'));
    assert.equal(item?.attributes.selfSigned, true);
    assert.equal(item?.attributes.subject, 'CN=listener.example');
    assert.equal(item?.attributes.notAfter, new Date(certificate.validTo).toISOString());
    assert.equal(item?.attributes.created, new Date(certificate.validFrom).toISOString());
  });

  it('takes what speaks no TLS, or does not listen, for nothing', async () => {
    assert.equal(await presentedBy(at(plain)), undefined);
    const gone = createTcp();
    const port = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    assert.equal(await presentedBy(at(port)), undefined);
  });

  it('makes a listener that lets it wait a denied range, in time', async () => {
    const its = scene();
    const started = performance.now();
    assert.deepEqual(await certificatesOf(its, [at(silent), at(tls)]).then((items) => items.length), 1);
    assert.ok(performance.now() - started < HANDSHAKE_TIMEOUT_MS * 5);
    assert.deepEqual(
      its.reader.denied.map(({ what }) => what),
      [`port ${silent}`],
    );
  });
});
