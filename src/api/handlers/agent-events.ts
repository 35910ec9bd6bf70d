import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { type Body, DECIDING_KINDS, type Rows } from '#verifier';
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

/** The size of the log up to which an agent was told everything; it comes back as `Last-Event-ID` after a break. */
const SIZE = /^(0|[1-9][0-9]{0,14})$/;

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
    const { kind } = entry;
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

function resumedAt(c: Context<Env>): number | undefined {
  const told = c.req.header('last-event-id') ?? '';
  return SIZE.test(told) ? Number(told) : undefined;
}

/** Locks that were placed while an agent was not listening: without these it would never try what they killed. */
async function missedLocks(from: number, to: number, { log, revocation }: Rooms): Promise<Message[]> {
  const missed = (await log.rows('lock')).filter(({ entry }) => entry >= from && entry < to);
  const inOrder = missed.sort((a, b) => a.entry - b.entry);
  return Promise.all(inOrder.map((row) => lockMessage(row, revocation.identitiesReached(row))));
}

/** Server-sent events (WHATWG HTML, 9.2) for as long as the agent listens and lives. */
export function streamEvents(c: Context<Env>, rooms: Rooms): Response {
  const caller = c.get('caller');
  return streamSSE(c, async (stream) => {
    // One after another, in the order of the log; `told` is the size of the log up to which everything was said.
    let tail: Promise<unknown> = Promise.resolve();
    let told = 0;
    const send = (make: () => Promise<Message[]>): void => {
      tail = tail.then(async () => {
        const messages = await make();
        for (const message of messages) await stream.writeSSE({ ...message, id: String(told) });
      });
      tail.catch(() => stream.abort());
    };
    let sequence = (await rooms.authority.jwtKeys()).sequence;
    const bundleMessage = async (): Promise<Message[]> => {
      const before = sequence;
      ({ sequence } = await rooms.authority.jwtKeys());
      return sequence === before ? [] : [{ event: 'bundle', data: '{}' }];
    };
    const appended = async (entries: Appended[]): Promise<Message[]> => {
      const news = entries.filter(({ index }) => index >= told);
      const messages = await messagesOf(news, rooms);
      told = Math.max(told, ...news.map(({ index }) => index + 1));
      return messages;
    };
    const begin = async (): Promise<Message[]> => {
      const { size } = await rooms.log.head();
      const missed = await missedLocks(resumedAt(c) ?? size, size, rooms);
      told = size;
      return [...missed, { event: 'ping', data: '{}' }];
    };
    const isOver = () => caller.kind !== 'agent' || rooms.closing.aborted;
    const gone = rooms.metrics.agentConnected();
    const stopListening = rooms.log.onAppend((entries) => send(() => appended(entries)));
    const watch = setInterval(() => send(() => bundleMessage()), BUNDLE_WATCH_SECONDS * 1000);
    const ping = setInterval(() => send(async () => [{ event: 'ping', data: '{}' }]), PING_SECONDS * 1000);
    send(begin);
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
