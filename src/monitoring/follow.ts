import { randomUUID } from 'node:crypto';
import { decodeEntry, type Entry, type Kind } from '#verifier';
import { type Clock, MunimentError, timestamp } from '../kernel/index.ts';
import type { Database, Log } from '../store/index.ts';
import { followerAt, leaseFollower, moveFollower, releaseFollower } from './queries.ts';

const PAGE_ENTRIES = 500;
const LEASE_MS = 60_000;
/** Under load a page is made of what came in this time, for each page moves the place in a transaction of its own. */
const GATHER_MS = 200;
const PAUSE_FIRST_MS = 1_000;
const PAUSE_MAX_MS = 5 * 60_000;

export interface FollowNeeds {
  database: Database;
  log: Log;
  clock: Clock;
}

export interface Follower {
  /** Whose place in the log it is. */
  name: string;
  kinds: ReadonlySet<Kind>;
  /** Where it begins; the first entry where absent. */
  start?: number;
  /** Resolves when what is to be done with these entries is done for good. It may be called again with the same ones. */
  take(entries: Entry[]): Promise<void>;
}

/**
 * Hands a follower all that it has not had, in order, and moves its place after each page: killed between the two, the page comes
 * again, and none is left out. One process at a time follows under a name.
 * @returns how many entries were taken
 * @throws MunimentError `conflict` where another process has the lease; whatever `take` throws
 */
export async function followOnce(needs: FollowNeeds, follower: Follower): Promise<number> {
  const { database, log, clock } = needs;
  const lease = randomUUID();
  let next = await followerAt(database.db, follower.name, follower.start);
  let taken = 0;
  try {
    for (;;) {
      const { size } = await log.head();
      if (next >= size) return taken;
      await hold(needs, follower.name, lease, clock.now());
      const to = Math.min(size, next + PAGE_ENTRIES);
      const entries = await read(log, next, to, follower.kinds);
      if (entries.length > 0) await follower.take(entries);
      if (!(await moveFollower(database.db, follower.name, next, to))) throw elsewhere(follower.name);
      taken += entries.length;
      next = to;
    }
  } finally {
    await releaseFollower(database.db, follower.name, lease);
  }
}

const elsewhere = (name: string) =>
  new MunimentError('conflict', `another process follows the log for \`${name}\``);

async function hold({ database }: FollowNeeds, name: string, lease: string, now: Date): Promise<void> {
  const until = timestamp(new Date(now.getTime() + LEASE_MS));
  if (!(await leaseFollower(database.db, name, lease, timestamp(now), until))) throw elsewhere(name);
}

async function read(log: Log, from: number, to: number, kinds: ReadonlySet<Kind>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const { index, kind, leaf, body } of log.entries(from, to)) {
    if (kinds.has(kind)) entries.push(decodeEntry(index, leaf, body));
  }
  return entries;
}

/** Follows until it is stopped: after every append, and after a fault again with a growing pause. */
export function follow(
  needs: FollowNeeds,
  follower: Follower,
  onFault: (error: unknown) => void,
): () => Promise<void> {
  let faults = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let more = false;
  let stopped = false;

  const pause = () => {
    clearTimeout(timer);
    timer = setTimeout(wake, Math.min(PAUSE_FIRST_MS * 2 ** (faults - 1), PAUSE_MAX_MS)).unref();
  };
  const round = async () => {
    more = false;
    try {
      await followOnce(needs, follower);
      faults = 0;
    } catch (error) {
      faults += 1;
      onFault(error);
      pause();
    }
  };
  function wake(): void {
    more = true;
    if (stopped || running !== undefined) return;
    running = round().finally(() => {
      running = undefined;
      if (more && faults === 0) wake();
    });
  }
  // While the other end is ill, what is appended waits for the pause to end.
  let gathering: NodeJS.Timeout | undefined;
  const gathered = () => {
    gathering = undefined;
    if (faults === 0) wake();
  };
  const stopListening = needs.log.onAppend(() => {
    gathering ??= setTimeout(gathered, GATHER_MS).unref();
  });
  wake();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    clearTimeout(gathering);
    stopListening();
    await running;
  };
}
