import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type {
  Double,
  DoubleAnswer,
  DoubleRequest,
  FaultCase,
  HttpProvider,
  Plan,
  Running,
} from './double.ts';

/** What `clock-off` puts the provider's clock forward by. */
export const CLOCK_OFF_MILLISECONDS = 60 * 60 * 1000;
/** Longer than a sweep in the fault table waits for all its tries, so that an answer at the end of it was waited for too long. */
export const SLOW_MILLISECONDS = 5_000;
const RETRY_AFTER_SECONDS = 1;
/** A timer may fire a little early. */
const RETRY_EARLY_MILLISECONDS = 50;
const BROKEN_BODY = '{"items": [{"na';

/** A status that the listing gets every time. */
const ALWAYS: Partial<Record<FaultCase, number>> = {
  unauthorized: 401,
  'not-found': 404,
  'too-many-for-good': 429,
};
/** A status that the first request of the listing gets, and no other. */
const ONCE: Partial<Record<FaultCase, number>> = {
  'too-many-with-retry-after': 429,
  'too-many-without-retry-after': 429,
  'error-then-good': 500,
};

interface Server {
  provider: HttpProvider;
  plan: Plan;
  faulty: boolean;
  asked: string[];
  /** Whether the fault that comes once has come. */
  spent: boolean;
  /** What was told to wait, and until when (milliseconds). */
  waiting: Map<string, number>;
  slow: Set<NodeJS.Timeout>;
}

/**
 * A provider on a real socket, with the faults of transport. `asked()` also holds what no provider should see:
 * `unknown: METHOD PATH` for a request that no declared operation makes, `too early: METHOD PATH` for one that did not wait as
 * long as `Retry-After` said, `broken double: METHOD PATH` where the double itself threw.
 */
export function httpDouble(provider: HttpProvider): Double {
  return {
    listing: provider.listing,
    not: provider.not,
    start: (t, plan) => start(provider, t, plan),
  };
}

async function start(provider: HttpProvider, t: TestContext, plan: Plan): Promise<Running> {
  const state: Server = {
    provider,
    plan,
    faulty: true,
    asked: [],
    spent: false,
    waiting: new Map(),
    slow: new Set(),
  };
  const server = createServer((incoming, outgoing) => {
    respond(state, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const stop = async () => {
    for (const timer of state.slow) clearTimeout(timer);
    server.closeAllConnections();
    if (server.listening) await new Promise((closed) => server.close(closed));
  };
  t.after(stop);
  return {
    settings: provider.settings(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    secrets: provider.secrets,
    asked: () => state.asked,
    heal: () => {
      state.faulty = false;
    },
    fail: () => {
      state.faulty = true;
      state.spent = false;
    },
    stop,
  };
}

async function respond(state: Server, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = await requestOf(incoming);
  const plan: Plan = state.faulty ? state.plan : { ...state.plan, fault: 'none' };
  const told = `${request.method} ${request.url.pathname}`;
  const operation = state.provider.operationOf(request);
  state.asked.push(operation ?? `unknown: ${told}`);
  if (plan.fault === 'clock-off')
    outgoing.setHeader('date', new Date(Date.now() + CLOCK_OFF_MILLISECONDS).toUTCString());
  const status = operation === undefined ? 404 : statusFor(state, request, plan);
  if (status !== undefined) return send(outgoing, refusal(state.provider, status, plan));
  try {
    deliver(
      state,
      outgoing,
      state.provider.answer(request, plan),
      faultOfBody(state.provider, request, plan),
    );
  } catch (error) {
    state.asked.push(`broken double: ${told}: ${String(error)}`);
    send(outgoing, refusal(state.provider, 500, plan));
  }
}

async function requestOf(incoming: IncomingMessage): Promise<DoubleRequest> {
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? 'localhost'}`),
    headers: Object.fromEntries(headers),
    body: await text(incoming),
  };
}

/** The status of a request that is refused; undefined for one that is answered. */
function statusFor(state: Server, request: DoubleRequest, { fault }: Plan): number | undefined {
  noteImpatience(state, request);
  if (fault === 'forbidden-part' && state.provider.isPart(request)) return 403;
  if (!state.provider.isListing(request)) return undefined;
  const once = ONCE[fault];
  if (once === undefined || state.spent) return ALWAYS[fault];
  state.spent = true;
  if (fault === 'too-many-with-retry-after')
    state.waiting.set(keyOf(request), Date.now() + RETRY_AFTER_SECONDS * 1000);
  return once;
}

const keyOf = ({ method, url, body }: DoubleRequest) => `${method} ${url.pathname}${url.search} ${body}`;

function noteImpatience(state: Server, request: DoubleRequest): void {
  const until = state.waiting.get(keyOf(request));
  if (until === undefined) return;
  state.waiting.delete(keyOf(request));
  if (Date.now() < until - RETRY_EARLY_MILLISECONDS)
    state.asked.push(`too early: ${request.method} ${request.url.pathname}`);
}

function refusal(provider: HttpProvider, status: number, { fault }: Plan): DoubleAnswer {
  const answer = provider.refusal?.(status) ?? {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: `status ${status}` }),
  };
  const wait = fault === 'too-many-with-retry-after' && status === 429;
  return {
    ...answer,
    status,
    headers: { ...answer.headers, ...(wait ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}) },
  };
}

/** The fault that hits this answer on its way, if one does. */
const faultOfBody = (provider: HttpProvider, request: DoubleRequest, { fault }: Plan): FaultCase =>
  provider.isListing(request) ? fault : 'none';

function deliver(state: Server, outgoing: ServerResponse, answer: DoubleAnswer, fault: FaultCase): void {
  if (fault === 'invalid-answer') send(outgoing, { ...answer, body: BROKEN_BODY });
  else if (fault === 'connection-cut') cut(outgoing, answer);
  else if (fault === 'slow') sendLate(state, outgoing, answer);
  else send(outgoing, answer);
}

function sendLate(state: Server, outgoing: ServerResponse, answer: DoubleAnswer): void {
  const timer = setTimeout(() => {
    state.slow.delete(timer);
    send(outgoing, answer);
  }, SLOW_MILLISECONDS);
  state.slow.add(timer);
}

const JSON_TYPE = { 'content-type': 'application/json' };

function send(outgoing: ServerResponse, { status = 200, headers = JSON_TYPE, body }: DoubleAnswer): void {
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Half of the body, then the connection is gone. */
function cut(outgoing: ServerResponse, { status = 200, headers = JSON_TYPE, body }: DoubleAnswer): void {
  const bytes = Buffer.from(body);
  outgoing.writeHead(status, { ...headers, 'content-length': bytes.length + 1 });
  outgoing.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => outgoing.socket?.destroy());
}
