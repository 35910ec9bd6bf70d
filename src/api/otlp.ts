import type { Span, SpanAttributes, SpanSink } from '../kernel/index.ts';

/** Sends spans to an OpenTelemetry collector: OTLP/HTTP, JSON encoding (opentelemetry-proto 1, `ExportTraceServiceRequest`). */

export interface SpanExporter extends SpanSink {
  /** Sends what is waiting, and stops. */
  close(): Promise<void>;
}

const SEND_EVERY_MS = 2_000;
const SEND_TIMEOUT_MS = 5_000;
const BATCH_MAX = 512;
/** Beyond this, spans are dropped: a collector that is down must cost no memory. */
const WAITING_MAX = 4_096;
const KIND_INTERNAL = 1;
const KIND_SERVER = 2;
const STATUS_ERROR = 2;

function anyValue(value: string | number | boolean) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

const attributesOf = (attributes: SpanAttributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

const spanOf = ({ traceId, spanId, parentId, first, name, start, end, attributes, failed }: Span) => ({
  traceId,
  spanId,
  ...(parentId === null ? {} : { parentSpanId: parentId }),
  name,
  kind: first ? KIND_SERVER : KIND_INTERNAL,
  startTimeUnixNano: String(start),
  endTimeUnixNano: String(end),
  attributes: attributesOf(attributes),
  status: failed ? { code: STATUS_ERROR } : {},
});

const requestOf = (spans: Span[]) => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ 'service.name': 'muniment' }) },
      scopeSpans: [{ scope: { name: 'muniment' }, spans: spans.map(spanOf) }],
    },
  ],
});

/**
 * Batches spans and sends them in the background. Nothing waits for the collector, and nothing is tried twice.
 * @param endpoint the collector's base address, to which `/v1/traces` is added
 * @param onFault told of each batch that did not arrive
 */
export function createSpanExporter(endpoint: string, onFault: (error: unknown) => void): SpanExporter {
  const url = `${endpoint.replace(/(?<!\/)\/+$/, '')}/v1/traces`;
  let waiting: Span[] = [];
  let sending: Promise<void> = Promise.resolve();

  async function send(spans: Span[]): Promise<void> {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestOf(spans)),
      redirect: 'error',
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`the collector answered ${answer.status}`);
  }

  function flush(): Promise<void> {
    if (waiting.length === 0) return sending;
    const spans = waiting;
    waiting = [];
    sending = sending.then(() => send(spans)).catch(onFault);
    return sending;
  }

  const timer = setInterval(() => void flush(), SEND_EVERY_MS);
  timer.unref();
  return {
    add(span) {
      if (waiting.length >= WAITING_MAX) return;
      waiting.push(span);
      if (waiting.length % BATCH_MAX === 0) void flush();
    },
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
