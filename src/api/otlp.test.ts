import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startTrace, traced } from '../kernel/index.ts';
import { createApi, type MunimentApi } from './create.ts';
import { createLogger } from './logging.ts';
import { createSpanExporter, type SpanExporter } from './otlp.ts';
import { enrol, newCsr, openTestHouse, operatorDoor, type TestHouse, TLS_DOOR } from './testing.ts';

interface Told {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Array<{ key: string; value: Record<string, unknown> }>;
  status: { code?: number };
}

/** A collector that keeps what it is sent, as OTLP/HTTP has it. */
async function collector(
  status = 200,
): Promise<{ server: Server; url: string; bodies: string[]; spans(): Told[] }> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    assert.deepEqual([request.method, request.url], ['POST', '/v1/traces']);
    assert.equal(request.headers['content-type'], 'application/json');
    bodies.push(Buffer.concat(chunks).toString());
    response.writeHead(status).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const spans = () =>
    bodies.flatMap((body) =>
      JSON.parse(body).resourceSpans.flatMap((of: { scopeSpans: Array<{ spans: Told[] }> }) =>
        of.scopeSpans.flatMap((scope) => scope.spans),
      ),
    );
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, bodies, spans };
}

describe('a request', () => {
  let house: TestHouse;
  let api: MunimentApi;
  let exporter: SpanExporter;
  let at: Awaited<ReturnType<typeof collector>>;
  const faults: unknown[] = [];

  before(async () => {
    at = await collector();
    house = await openTestHouse();
    exporter = createSpanExporter(at.url, (error) => faults.push(error));
    api = createApi({
      house: house.house,
      places: { consolePort: () => 7440, apiPort: () => 7443, hosts: house.config.hosts },
      party: { id: 'localhost', origins: ['http://localhost:7440'] },
      logger: createLogger(house.config),
      spans: exporter,
      consoleFolder: join(house.config.data, 'console'),
    });
  });
  after(async () => {
    await api.close();
    await house.close();
    at.server.close();
  });

  test('is told from its arrival to the signature, and holds nothing that was sent', async () => {
    await enrol(house, 'ada');
    const { json } = await house.call('/api/v1/tokens', { body: { agent: 'agent-1' }, door: operatorDoor() });
    assert.ok(json.token, JSON.stringify(json));
    const csr = newCsr();
    const body = JSON.stringify({ token: json.token, name: 'agent-1', csr });
    const headers = { host: 'localhost:7443', 'content-type': 'application/json' };
    const request = new Request('https://localhost:7443/api/v1/agent/join', {
      method: 'POST',
      headers,
      body,
    });
    const answer = await api.fetch(request, TLS_DOOR);
    assert.equal(answer.status, 200, await answer.text());
    await exporter.close();
    assert.deepEqual(faults, []);

    const spans = at.spans();
    const named = (name: string) => spans.find((span) => span.name === name) as Told;
    const root = named('request');
    assert.equal(root.parentSpanId, undefined);
    assert.deepEqual(
      ['attest', 'commit', 'decide', 'sign'].map((name) => named(name).parentSpanId),
      [root.spanId, root.spanId, named('commit').spanId, root.spanId],
    );
    assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
    for (const { traceId, spanId, startTimeUnixNano, endTimeUnixNano } of spans) {
      assert.match(`${traceId} ${spanId}`, /^[0-9a-f]{32} [0-9a-f]{16}$/);
      assert.ok(BigInt(startTimeUnixNano) <= BigInt(endTimeUnixNano));
    }
    const attributes = Object.fromEntries(root.attributes.map(({ key, value }) => [key, value]));
    assert.deepEqual(attributes['muniment.operation'], { stringValue: 'joinAgent' });
    assert.deepEqual(attributes['http.response.status_code'], { intValue: '200' });
    assert.deepEqual(
      spans.filter(({ kind }) => kind === 2).map(({ spanId }) => spanId),
      [root.spanId],
    );
    for (const secret of [json.token, csr]) assert.ok(!at.bodies.join('').includes(secret));
  });

  test('goes on from the span that its caller names, and answers with nothing of it', async () => {
    const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const second = createSpanExporter(at.url, (error) => faults.push(error));
    const traced = createApi({
      house: house.house,
      places: { consolePort: () => 7440, apiPort: () => 7443, hosts: house.config.hosts },
      party: { id: 'localhost', origins: ['http://localhost:7440'] },
      logger: createLogger(house.config),
      spans: second,
      consoleFolder: join(house.config.data, 'console'),
    });
    const headers = { host: 'localhost:7443', traceparent: `00-${traceId}-${spanId}-01` };
    const answer = await traced.fetch(new Request('https://localhost:7443/readyz', { headers }), TLS_DOOR);
    await answer.text();
    assert.ok(!JSON.stringify([...answer.headers]).includes(traceId));
    await second.close();
    await traced.close();
    const [root] = at.spans().filter((span) => span.traceId === traceId);
    assert.deepEqual([root?.name, root?.parentSpanId, root?.kind], ['request', spanId, 2]);
  });
});

test('a step that fails says so, and without a sink nothing is measured', async () => {
  const at = await collector();
  const exporter = createSpanExporter(at.url, (error) => assert.fail(String(error)));
  const failing = async () => traced('step', () => Promise.reject(new Error('no')));
  await assert.rejects(startTrace(exporter, 'all', failing, () => ({})));
  await assert.rejects(startTrace(undefined, 'all', failing, () => ({})));
  assert.throws(() =>
    startTrace(
      exporter,
      'at once',
      () => assert.fail('no'),
      () => ({}),
    ),
  );
  await exporter.close();
  at.server.close();
  assert.deepEqual(
    at.spans().map(({ name, status }) => [name, status.code]),
    [
      ['step', 2],
      ['all', 2],
      ['at once', 2],
    ],
  );
});

test('a collector that is down or refuses costs a note and nothing else', async () => {
  const refusing = await collector(503);
  for (const url of [refusing.url, 'http://127.0.0.1:1']) {
    const faults: unknown[] = [];
    const exporter = createSpanExporter(url, (error) => faults.push(error));
    assert.equal(
      startTrace(
        exporter,
        'all',
        () => 7,
        () => ({}),
      ),
      7,
    );
    await exporter.close();
    assert.equal(faults.length, 1);
  }
  refusing.server.close();
});
