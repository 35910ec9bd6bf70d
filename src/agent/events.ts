import type { IncomingMessage } from 'node:http';
import { backoffMilliseconds, pause } from './backoff.ts';
import type { ServerClient } from './client.ts';
import type { Log } from './log.ts';
import { type LockEvent, Refused, waitAskedBy } from './model.ts';
import { createEventParser, type ServerSentEvent } from './sse.ts';

/** Three pings missed: the connection is dead, whatever TCP thinks. */
const SILENCE_MAX_MILLISECONDS = 35_000;
const RETRY_FIRST_MILLISECONDS = 250;
const RETRY_MAX_MILLISECONDS = 15_000;

export interface EventHandlers {
  onLock(lock: LockEvent): void;
  onPolicy(): void;
  onBundle(): void;
  /** Connected anew: whatever was said in between was missed. */
  onGap(): void;
  /** The server does not accept this agent any more. */
  onRefused(): void;
}

export interface Events {
  /** True while the server can tell us at once that something was locked. */
  listening(): boolean;
  stop(): void;
}

/**
 * Listens to the server for as long as the agent runs, and comes back after every break. `since`: the size of the log from
 * which on locks must be heard, as text.
 */
export function listenToServer(
  client: Pick<ServerClient, 'events'>,
  handlers: EventHandlers,
  log: Log,
  since: string,
): Events {
  const stopping = new AbortController();
  let connected = false;
  let heard = since;

  /**
   * Locks that were missed come first, while what they killed is still known here. Only the event behind them proves that the
   * server listens to its log for us: headers come before that.
   */
  function receive(event: ServerSentEvent): void {
    heard = event.id || heard;
    dispatch(event, handlers, log);
    if (connected || event.event === 'lock') return;
    connected = true;
    handlers.onGap();
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      let asked = 0;
      try {
        await readEvents(await client.events(stopping.signal, heard), receive);
      } catch (error) {
        if (error instanceof Refused) handlers.onRefused();
        asked = waitAskedBy(error);
        log.debug({ error: String(error) }, 'event stream broke off');
      }
      if (connected) attempt = 0;
      connected = false;
      const wait = backoffMilliseconds(attempt, RETRY_FIRST_MILLISECONDS, RETRY_MAX_MILLISECONDS);
      await pause(Math.max(wait, asked), stopping.signal);
    }
  }

  void run();
  return { listening: () => connected, stop: () => stopping.abort() };
}

async function readEvents(response: IncomingMessage, emit: (event: ServerSentEvent) => void): Promise<void> {
  const parse = createEventParser(emit);
  // The request's own timeout covers the headers only.
  response.setTimeout(SILENCE_MAX_MILLISECONDS, () => response.destroy(new Error('the server fell silent')));
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) parse(chunk);
  } finally {
    response.destroy();
  }
}

/** INVARIANT: an event that cannot be read is taken for the worst: everything is asked for again. */
function dispatch({ event, data }: ServerSentEvent, handlers: EventHandlers, log: Log): void {
  const lock = event === 'lock' ? parseLock(data) : undefined;
  if (lock) handlers.onLock(lock);
  else if (event === 'bundle') handlers.onBundle();
  else if (event === 'policy') handlers.onPolicy();
  else if (event === 'lock') {
    log.warn({}, 'a lock came in a form that cannot be read');
    handlers.onPolicy();
  }
}

export function parseLock(data: string): LockEvent | undefined {
  try {
    const { lock, target, identities, placed } = JSON.parse(data);
    const valid =
      [lock, target?.kind, target?.id, placed].every((text) => typeof text === 'string') &&
      Array.isArray(identities) &&
      Number.isFinite(Date.parse(placed));
    return valid ? { lock, target: { kind: target.kind, id: target.id }, identities, placed } : undefined;
  } catch {
    return undefined;
  }
}
