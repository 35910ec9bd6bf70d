import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/**
 * Traces as OpenTelemetry has them, on request. The current span travels with the work, so a room that measures a step knows
 * neither who asked nor where spans go; without a trace around it a step simply runs.
 */

export type SpanAttributes = Record<string, string | number | boolean>;

export interface Span {
  /** 16 and 8 random bytes, hex. */
  traceId: string;
  spanId: string;
  parentId: string | null;
  /** True for the one that a request began, whether or not the caller named a span of its own as the parent. */
  first: boolean;
  name: string;
  /** Nanoseconds since the epoch. */
  start: bigint;
  end: bigint;
  attributes: SpanAttributes;
  failed: boolean;
}

export interface SpanSink {
  add(span: Span): void;
}

/** A span elsewhere that led to a request. Hex, 16 and 8 bytes. */
export interface TraceParent {
  traceId: string;
  spanId: string;
}

interface Scope {
  sink: SpanSink;
  traceId: string;
  spanId: string | null;
  first: boolean;
}

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const NANOSECONDS_IN_MILLISECOND = 1e6;
const scopes = new AsyncLocalStorage<Scope>();

const newHex = (bytes: number): string => randomBytes(bytes).toString('hex');

const now = (): bigint =>
  BigInt(Math.round((performance.timeOrigin + performance.now()) * NANOSECONDS_IN_MILLISECOND));

/** Runs `work` as the first span here, of a new trace or of the caller's; without a sink it only runs. `attributes` is asked at the end. */
export const startTrace = <T>(
  sink: SpanSink | undefined,
  name: string,
  work: () => T,
  attributes: () => SpanAttributes,
  parent?: TraceParent,
): T =>
  sink === undefined
    ? work()
    : scopes.run(
        {
          sink,
          traceId: parent?.traceId ?? newHex(TRACE_ID_BYTES),
          spanId: parent?.spanId ?? null,
          first: true,
        },
        () => traced(name, work, attributes),
      );

/** Runs one step, measured where a trace is under way. Attributes must hold ids, words and counts, never what was sent. */
export function traced<T>(name: string, work: () => T, attributes: () => SpanAttributes = () => ({})): T {
  const scope = scopes.getStore();
  if (scope === undefined) return work();
  const spanId = newHex(SPAN_ID_BYTES);
  const start = now();
  const end = (failed: boolean): void => {
    const { sink, traceId, spanId: parentId, first } = scope;
    sink.add({ traceId, spanId, parentId, first, name, start, end: now(), attributes: attributes(), failed });
  };
  return scopes.run({ ...scope, spanId, first: false }, () => settle(work, end));
}

function settle<T>(work: () => T, end: (failed: boolean) => void): T {
  let result: T;
  try {
    result = work();
  } catch (error) {
    end(true);
    throw error;
  }
  if (!(result instanceof Promise)) {
    end(false);
    return result;
  }
  const ended = (failed: boolean) => () => end(failed);
  result.then(ended(false), ended(true));
  return result;
}

/** Carries the current span to work that another queue runs, such as a decision in the committer's batch. */
export const inThisTrace = <A extends unknown[], T>(work: (...args: A) => T): ((...args: A) => T) =>
  AsyncLocalStorage.bind(work);
