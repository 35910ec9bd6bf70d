import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { makeTls } from '../../test/support/tls.ts';
import { fetchOver } from './http-tls.ts';

async function served(t: TestContext, listener: RequestListener) {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-tls-'));
  const tls = makeTls(folder);
  const server = createServer({ ...tls.server, requestCert: true, rejectUnauthorized: false }, listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  return { tls, url: `https://127.0.0.1:${port}/x?y=1` };
}

test('a server is believed by the authority that is named, and shown the certificate that is given', async (t) => {
  const { tls, url } = await served(t, (request, response) => {
    const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject ?? {};
    response.end(JSON.stringify({ method: request.method, path: request.url, from: request.headers.x, CN }));
  });
  await assert.rejects(fetchOver(() => ({}))(url), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  const told = fetchOver(() => ({
    ca: tls.server.ca,
    cert: readFileSync(tls.clientCertFile),
    key: readFileSync(tls.clientKeyFile),
  }));
  const answer = await told(url, { method: 'POST', headers: { x: 'here' }, body: '{}' });
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { method: 'POST', path: '/x?y=1', from: 'here', CN: 'muniment' });
});

test('a redirect is an answer and not followed', async (t) => {
  const { tls, url } = await served(t, (_, response) =>
    response.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
  );
  const answer = await fetchOver(() => ({ ca: tls.server.ca }))(url);
  assert.equal(answer.status, 302);
});

test('a body that breaks off is an error, and one that takes too long tells its reason', async (t) => {
  const { tls, url } = await served(t, (request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => request.url === '/cut' && response.destroy());
  });
  const over = fetchOver(() => ({ ca: tls.server.ca }));
  const cut = await over(new URL('/cut', url));
  await assert.rejects(cut.text(), { code: 'ECONNRESET' });
  const slow = await over(url, { signal: AbortSignal.timeout(200) });
  await assert.rejects(slow.text(), { name: 'TimeoutError' });
});
