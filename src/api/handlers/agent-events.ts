import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { type Body, DECIDING_KINDS, type Leaf, type Rows } from '#verifier';
import type { Appended } from '../../store/index.ts';
import type { Env } from '../env.ts';
import type { Rooms } from './rooms.ts';

const PING_SECONDS = 10;
/** Keys turn by the calendar, a whole turn after they were published. */
const BUNDLE_WATCH_SECONDS = 60;

interface Message {
  event: 'lock' | 'policy' | 'bundle' | 'ping';
  data: string;
}

const json = <T>(bytes: Uint8Array): T => JSON.parse(Buffer.from(bytes).toString('utf8')) as T;

/** Deciding kinds that speak for themselves, or that agents need not ask again about. */
const QUIET: ReadonlySet<string> = new Set([
  'lock.placed',
  'agent.joined',
  'bootstrap.opened',
  'bootstrap.closed',
]);

/** What agents must hear of some entries: locks one by one, everything else once. */
async function messagesOf(entries: Appended[], { revocation, log }: Rooms): Promise<Message[]> {
  const messages: Message[] = [];
  let policy = false;
  for (const entry of entries) {
    const { kind } = json<Leaf>(entry.leaf);
    if (kind === 'lock.placed') {
      const { lock } = json<Body<'lock.placed'>>(entry.body).data;
      const row = await log.row('lock', lock);
      if (row) messages.push(await lockMessage(row, revocation.identitiesReached(row)));
    }
    policy ||= DECIDING_KINDS.has(kind) && !QUIET.has(kind);
  }
  // A lock changes a revocation list, too; the agent fetches it with the lock.
  if (policy) messages.push({ event: 'policy', data: '{}' });
  return messages;
}

async function lockMessage(
  { id, target, placed }: Rows['lock'],
  reached: Promise<string[]>,
): Promise<Message> {
  const identities = await reached;
  return { event: 'lock', data: JSON.stringify({ lock: id, target, identities, placed }) };
}

/** Server-sent events (WHATWG HTML, 9.2) for as long as the agent listens and lives. */
export function streamEvents(c: Context<Env>, rooms: Rooms): Response {
  const caller = c.get('caller');
  return streamSSE(c, async (stream) => {
    // One after another, in the order of the log.
    let tail: Promise<unknown> = Promise.resolve();
    const send = (make: () => Promise<Message[]>): void => {
      tail = tail.then(async () => {
        for (const message of await make()) await stream.writeSSE(message);
      });
      tail.catch(() => stream.abort());
    };
    let sequence = (await rooms.authority.jwtKeys()).sequence;
    const bundleMessage = async (): Promise<Message[]> => {
      const before = sequence;
      ({ sequence } = await rooms.authority.jwtKeys());
      return sequence === before ? [] : [{ event: 'bundle', data: '{}' }];
    };
    const isOver = () => caller.kind !== 'agent' || rooms.closing.aborted;
    const gone = rooms.metrics.agentConnected();
    const stopListening = rooms.log.onAppend((entries) => send(() => messagesOf(entries, rooms)));
    const watch = setInterval(() => send(() => bundleMessage()), BUNDLE_WATCH_SECONDS * 1000);
    const ping = setInterval(() => send(async () => [{ event: 'ping', data: '{}' }]), PING_SECONDS * 1000);
    send(async () => [{ event: 'ping', data: '{}' }]);
    const ended = new Promise<void>((resolve) => {
      stream.onAbort(resolve);
      rooms.closing.addEventListener('abort', () => resolve(), { once: true });
      if (isOver()) resolve();
    });
    await ended;
    gone();
    clearInterval(ping);
    stopListening();
    clearInterval(watch);
  });
}
