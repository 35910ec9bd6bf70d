import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { createServerClient } from '../agent/client.ts';
import { type Config, readConfig } from '../config.ts';
import { createCsr, encodePem } from '../crypto/index.ts';
import { HTTP_BODY_MAX_BYTES } from '../kernel/index.ts';
import { type Served, serve } from './serve.ts';

let folder: string;
let served: Served;
let ca: string;

const configFor = (data: string, flags: object = {}): Config =>
  readConfig({
    environment: {},
    flags: { data, consolePort: 0, apiPort: 0, sweep: false, logLevel: 'silent', ...flags },
  });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muniment-serve-'));
  served = await serve(configFor(join(folder, 'data')));
  ca = readFileSync(join(folder, 'data', 'ca.pem'), 'utf8');
});
after(async () => {
  await served.close();
  await rm(folder, { recursive: true });
});

/** A request over the admin socket. */
function admin<T>(method: string, path: string, body?: unknown): Promise<{ status: number; json: T }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers =
    text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { socketPath: served.urls.adminSocket, method, path, headers },
      (response) => {
        readAll(response).then(
          (answer) => resolve({ status: response.statusCode ?? 0, json: JSON.parse(answer) }),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const enrol = (name: string) => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const key = {
    type: 'ed25519',
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
  };
  return admin<{ person: { id: string } }>('POST', '/api/v1/persons/bootstrap', {
    name,
    displayName: name,
    key,
  });
};

test('the console answers on both loopback addresses under its one name', async () => {
  const { port } = new URL(served.urls.console);
  assert.equal((await fetch(`http://localhost:${port}/healthz`)).status, 200);
  assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
  const moved = await fetch(`http://127.0.0.1:${port}/ledger`, { redirect: 'manual' });
  assert.equal(moved.headers.get('location'), `http://localhost:${port}/ledger`);
});

test('the first start hands out a token for a house without people, later ones none', async () => {
  const link = await served.signIn();
  assert.match(link?.url ?? '', /^http:\/\/localhost:\d+\/#token=mut_/);
  await enrol('ada');
  assert.equal(await served.signIn(), undefined);
  assert.match((await served.signIn('ada'))?.url ?? '', /#token=mut_/);
  await assert.rejects(served.signIn('nobody'), { code: 'not_found' });
});

test('the admin socket is for its owner alone, and knows who is there', async () => {
  assert.equal(statSync(served.urls.adminSocket).mode & 0o777, 0o600);
  const { status, json } = await admin<{ items: unknown[] }>('GET', '/api/v1/persons');
  assert.deepEqual([status, json.items.length], [200, 1]);
});

test('TLS asks for agents by our control CA`s name, and speaks 1.2 at the least', async () => {
  const port = Number(new URL(served.urls.api).port);
  const protocolWith = (options: object) =>
    new Promise<string | null>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost', ...options }, () => {
        resolve(socket.authorized ? socket.getProtocol() : null);
        socket.destroy();
      });
      socket.on('error', reject);
    });
  assert.equal(await protocolWith({}), 'TLSv1.3');
  assert.equal(await protocolWith({ maxVersion: 'TLSv1.2' }), 'TLSv1.2');
  await assert.rejects(
    protocolWith({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  );
});

test('an agent that comes back hears of the locks that it missed, and of no older one', async () => {
  const [first, second] = [await joinedClient('gap-1'), await joinedClient('gap-2')];
  const { json } = await admin<{ lock: string; entry: number }>('POST', '/api/v1/locks', {
    target: { kind: 'agent', id: second.agent },
    reason: 'placed while nobody listened',
  });
  const missed = new AbortController();
  const heard = await firstEvent(await first.client.events(missed.signal, String(json.entry)), 'lock');
  assert.equal(JSON.parse(heard).lock, json.lock);
  missed.abort();
  const later = new AbortController();
  const stream = await first.client.events(later.signal, String(json.entry + 1));
  assert.equal((await firstChunk(stream)).includes('event: lock'), false);
  later.abort();
  for (const { client } of [first, second]) client.close();
});

/** What comes up to the first ping: the server has said by then what was missed. */
async function firstChunk(stream: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.includes('event: ping')) return text;
  }
  return text;
}

async function joinedClient(name: string) {
  const { json: token } = await admin<{ token: string }>('POST', '/api/v1/tokens', { agent: name });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const csr = encodePem(createCsr(privateKey), 'CERTIFICATE REQUEST');
  const client = createServerClient({ server: new URL(served.urls.api), ca });
  const joined = await client.join(token.token, name, csr);
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  client.use({ key, certificate: joined.certificate });
  return { client, agent: joined.agent };
}

test('an agent joins, comes back with its certificate, and hears of a lock at once', async () => {
  const { json: token } = await admin<{ token: string }>('POST', '/api/v1/tokens', { agent: 'web-1' });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const csr = encodePem(createCsr(privateKey), 'CERTIFICATE REQUEST');
  const client = createServerClient({ server: new URL(served.urls.api), ca });
  await assert.rejects(client.bundle(), { code: 'unauthenticated' });
  const joined = await client.join(token.token, 'web-1', csr);
  client.use({
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    certificate: joined.certificate,
  });
  // Several connections: a resumed one would come without a certificate.
  for (let round = 0; round < 3; round += 1) assert.equal((await client.bundle()).x509.length, 1);
  assert.equal((await client.renew(csr)).agent, joined.agent);

  const stopping = new AbortController();
  const stream = await client.events(stopping.signal, '');
  const heard = firstEvent(stream, 'lock');
  const target = { kind: 'identity', id: 'muniment-agent' };
  const { json: placed } = await admin<{ lock: string }>('POST', '/api/v1/locks', {
    target,
    reason: 'a test',
  });
  const event = JSON.parse(await heard);
  assert.equal(event.lock, placed.lock);
  assert.deepEqual(event.identities, [event.target.id]);
  stopping.abort();
  await assert.rejects(client.renew(csr), { code: 'locked' });
  client.close();
});

async function firstEvent(stream: IncomingMessage, wanted: string): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    const data =
      new RegExp(`event: ${wanted}\\ndata: (.*)\\n(?:id: .*\\n)?\\n`).exec(text)?.[1] ??
      new RegExp(`data: (.*)\\nevent: ${wanted}\\n`).exec(text)?.[1];
    if (data !== undefined) return data;
  }
  throw new Error(`the stream ended without ${wanted}: ${text}`);
}

test('a body whose length nobody told is cut off at the limit all the same', async () => {
  const send = (bytes: number) =>
    new Promise<string>((resolve, reject) => {
      const { hostname: host, port } = new URL(served.urls.console);
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
      const outgoing = httpRequest(
        { host, port, method: 'POST', path: '/api/v1/sessions', headers },
        (response) => {
          readAll(response).then((text) => resolve(JSON.parse(text).code), reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.write(`{"token":"${'a'.repeat(bytes)}`);
      outgoing.end('"}');
    });
  assert.equal(await send(HTTP_BODY_MAX_BYTES), 'body_too_large');
  assert.equal(await send(100), 'sign_in_refused');
});

/** Sends bodies one after another over TLS, as a client does that keeps its connections; each answer's status and code. */
async function sendOverTls(sizes: number[], authorization = ''): Promise<Array<[number, string]>> {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  const { port } = new URL(served.urls.api);
  const answers: Array<[number, string]> = [];
  for (const bytes of sizes) {
    const text = JSON.stringify({ token: 'a'.repeat(bytes) });
    const headers = { 'content-type': 'application/json', 'content-length': text.length, authorization };
    const path = authorization === '' ? '/api/v1/sessions' : '/api/v1/locks';
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = httpsRequest(
        { host: 'localhost', port, agent, method: 'POST', path, headers },
        resolve,
      );
      outgoing.on('error', reject);
      outgoing.end(text);
    });
    answers.push([response.statusCode ?? 0, JSON.parse(await readAll(response)).code]);
  }
  agent.destroy();
  return answers;
}

test('whoever sends too much hears so, whatever the size, and their next request is answered', async () => {
  const tooLarge: [number, string] = [413, 'body_too_large'];
  const answers = await sendOverTls([HTTP_BODY_MAX_BYTES + 1, 5_000_000, 100, 20_000_000, 100]);
  const refused: [number, string] = [401, 'sign_in_refused'];
  assert.deepEqual(answers, [tooLarge, tooLarge, refused, tooLarge, refused]);
});

test('a caller that is refused before its body is read keeps its connection', async () => {
  const answers = await sendOverTls([900_000, 900_000], 'Bearer mus_nobody');
  assert.deepEqual(
    answers.map(([status]) => status),
    [401, 401],
  );
});

test('a second server on the same data is refused, and so is a port that is taken', async () => {
  await assert.rejects(serve(configFor(join(folder, 'data'))), { code: 'data_in_use' });
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  await assert.rejects(serve(configFor(join(folder, 'second'), { consolePort: port })), {
    code: 'port_taken',
    message: `\`127.0.0.1:${port}\` is taken by another program`,
  });
  other.close();
});

test('a folder that cannot be written, and a path too long for a socket', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  await assert.rejects(serve(configFor(join(file, 'data'))), { code: 'data_unwritable' });
  await assert.rejects(serve(configFor(join(folder, 'x'.repeat(120)))), { code: 'socket_path_too_long' });
});

test('what tells of the running server goes with it', async () => {
  const data = join(folder, 'third');
  const one = await serve(configFor(data));
  assert.equal(JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')).console, one.urls.console);
  await one.close();
  assert.ok(!existsSync(join(data, 'server.json')));
});
