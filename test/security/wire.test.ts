/**
 * Attack: bytes that one server on the way takes for one request and the next for another (request smuggling), that never
 * end, or that are no HTTP. Sent as they are to the real listeners, plain and over TLS. Each must be refused or cut off
 * without a handler having run, and the next honest request must be answered.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { type Listener, listenConsole, listenTls } from '../../src/api/listen.ts';
import { openTestHouse, TEST_API_PORT, TEST_CONSOLE_PORT, type TestHouse } from '../../src/api/testing.ts';
import { encodePem } from '../../src/crypto/index.ts';

/** A thousand times less patient than the server that people start. */
const PACE = { headersMs: 300, requestMs: 600, lookMs: 50 };
const HEADERS_BYTES = 20_000;
const CLOSED = 'closed';

const HONEST = (host: string) => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
const POST = (host: string) =>
  `POST /api/v1/sessions HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;
const SMUGGLED = (host: string) => `GET /smuggled HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

/** What is sent, by name. None of it may reach a handler. */
const REFUSED: Record<string, (host: string) => string> = {
  'two lengths': (host) =>
    `${POST(host)}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   ${SMUGGLED(host)}`,
  'a length with a list': (host) => `${POST(host)}Content-Length: 5, 6\r\n\r\n{}   ${SMUGGLED(host)}`,
  'a length and chunks': (host) =>
    `${POST(host)}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED(host)}`,
  'chunks and a length': (host) =>
    `${POST(host)}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${SMUGGLED(host)}`,
  'an encoding that is almost chunked': (host) =>
    `${POST(host)}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED(host)}`,
  'chunked, and then another encoding': (host) =>
    `${POST(host)}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED(host)}`,
  'a negative length': (host) => `${POST(host)}Content-Length: -1\r\n\r\n`,
  'a length in hex': (host) => `${POST(host)}Content-Length: 0x10\r\n\r\n`,
  'a length beyond all numbers': (host) => `${POST(host)}Content-Length: ${'9'.repeat(40)}\r\n\r\n`,
  'a folded line': (host) => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nX-A: b\r\n  folded: c\r\n\r\n`,
  'space before a colon': (host) => `GET /healthz HTTP/1.1\r\nHost : ${host}\r\n\r\n`,
  'a lone carriage return in a value': (host) =>
    `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nX-A: b\rX-B: c\r\n\r\n`,
  'a null in a value': (host) => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nX-A: \0\r\n\r\n`,
  'no host': () => 'GET /healthz HTTP/1.1\r\n\r\n',
  'headers beyond all measure': (host) =>
    `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nX-A: ${'a'.repeat(HEADERS_BYTES)}\r\n\r\n`,
  'a target beyond all measure': (host) =>
    `GET /${'a'.repeat(HEADERS_BYTES)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  'http/0.9': () => 'GET /healthz\r\n\r\n',
  'another protocol': () => 'SSH-2.0-OpenSSH_9.2\r\n',
  'http/2 by prior knowledge': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a method that is none': (host) => `G@T /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  'a tunnel': (host) => `CONNECT evil.example:443 HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
  'a whole address with a foreign host': (host) =>
    `GET http://evil.example/healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  'headers that never end': (host) => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nX-A: `,
};

/** What is read as a request, and refused as one. */
const REFUSED_BY_THE_GUARD: Record<string, (host: string) => string> = {
  'two hosts': (host) =>
    `GET /api/v1/session HTTP/1.1\r\nHost: evil.example\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  'a foreign host': () => 'GET /api/v1/session HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  'so many headers that the one that counts is left out': (host) =>
    `GET /healthz HTTP/1.1\r\n${'a:\r\n'.repeat(3_000)}Host: ${host}\r\nConnection: close\r\n\r\n`,
};

let house: TestHouse;
const reached: string[] = [];
const doors: Array<{ name: string; host: string; listener: Listener; open(): Socket }> = [];

before(async () => {
  house = await openTestHouse();
  const answer = (request: Request, door: Parameters<typeof house.api.fetch>[1]) => {
    reached.push(`${request.method} ${request.url}`);
    return house.api.fetch(request, door);
  };
  const { authority } = house.house;
  const identity = await authority.serverIdentity(['localhost']);
  const entrance = { fetch: answer, admission: house.api.admission };
  const plain = await listenConsole(entrance, 0, PACE);
  const tls = await listenTls(entrance, 0, { ...identity, clientCas: [] }, PACE);
  const ca = encodePem(authority.root().certificate, 'CERTIFICATE');
  doors.push(
    {
      name: 'plain',
      host: `localhost:${TEST_CONSOLE_PORT}`,
      listener: plain,
      open: () => connect(plain.port, '127.0.0.1'),
    },
    {
      name: 'tls',
      host: `localhost:${TEST_API_PORT}`,
      listener: tls,
      open: () => connectTls({ port: tls.port, host: '127.0.0.1', servername: 'localhost', ca }),
    },
  );
});
after(async () => {
  await Promise.all(doors.map(({ listener }) => listener.close()));
  await house.close();
});

/** Sends bytes and waits until the other side has closed; the statuses that came, or that it closed without one. */
async function statuses(socket: Socket, bytes: string): Promise<string> {
  let came = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    came += chunk;
  });
  // A server that cuts a connection off may do so while we still send.
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  return [...came.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status).join() || CLOSED;
}

for (const at of [0, 1])
  describe(['plain', 'tls'][at] as string, () => {
    const door = () => doors[at] as (typeof doors)[number];
    const goesOn = async (): Promise<void> =>
      assert.equal(await statuses(door().open(), HONEST(door().host)), '200');

    for (const [name, bytesFor] of Object.entries(REFUSED))
      test(`${name}: no handler runs, and the server goes on`, async () => {
        reached.length = 0;
        const told = await statuses(door().open(), bytesFor(door().host));
        assert.match(told, /^(?:closed|4\d\d)$/);
        assert.deepEqual(reached, []);
        await goesOn();
      });

    for (const [name, bytesFor] of Object.entries(REFUSED_BY_THE_GUARD))
      test(`${name}: refused`, async () => {
        assert.match(await statuses(door().open(), bytesFor(door().host)), /^4\d\d$/);
        await goesOn();
      });

    test('a whole address with our own host is as good as a path (RFC 9112, section 3.2.2)', async () => {
      const whole = HONEST(door().host).replace('/healthz', `http://${door().host}/healthz`);
      assert.equal(await statuses(door().open(), whole), '200');
    });

    test('garbage after a request ends the connection, and is no request', async () => {
      reached.length = 0;
      const first = HONEST(door().host).replace('Connection: close\r\n', '');
      const told = await statuses(door().open(), `${first}\0\0\0 garbage\r\n\r\n${SMUGGLED(door().host)}`);
      assert.match(told, /^(?:closed|(?:200,)?400)$/);
      assert.ok(!reached.some((each) => each.includes('smuggled')));
      await goesOn();
    });

    test('an upgrade is not taken up: what follows is no other protocol', async () => {
      const asked = HONEST(door().host).replace(
        'Connection: close',
        'Connection: Upgrade, close\r\nUpgrade: websocket',
      );
      assert.doesNotMatch(await statuses(door().open(), asked), /101/);
      await goesOn();
    });

    test('a body that never ends is cut off, and changes nothing', async () => {
      const told = await statuses(door().open(), `${POST(door().host)}Content-Length: 100\r\n\r\n{"token":`);
      assert.match(told, /^(?:closed|4\d\d)$/);
      await goesOn();
    });
  });
