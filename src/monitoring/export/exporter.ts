import type { Entry } from '#verifier';
import type { Db, View } from '../../store/index.ts';
import { type Follower, type FollowNeeds, follow, followOnce } from '../follow.ts';
import { countEntries, followerAt, indicesOf } from '../queries.ts';
import { createFileSink } from './file.ts';
import { createHttpsSink } from './https.ts';
import { type Destination, type Held, type NamedDestination, placeOf, type Sink } from './model.ts';
import { EXPORTED_KINDS, toOcsf } from './ocsf.ts';
import { type Received, readReceived } from './received.ts';
import { createSyslogSink } from './syslog.ts';

export interface Exported {
  /** Events sent in this run. */
  sent: number;
  /** First entry that was not looked at yet. */
  next: number;
}

export interface Checked {
  /** Events of ours up to `next`: the other end took every one of them. */
  expected: number;
  /** Different events at the other end; null where nobody can say. */
  count: number | null;
  /** Told more than once; null where nobody can say. */
  duplicates: number | null;
  /** Of those expected; null where nobody can say. */
  missing: number | null;
  /** The first of them that is known to be missing: the index of its entry. */
  firstMissing: number | null;
  /** Events in the log that were not sent yet. */
  waiting: number;
  next: number;
  /** Null where the other end cannot be asked and no file of its own was given. */
  complete: boolean | null;
}

export interface Exporter {
  /** Sends all that a destination has not had. Throws `server_unreachable`, `data_unwritable`, `bad_request`, `conflict`. */
  run(destination: Destination): Promise<Exported>;
  /**
   * Compares what the other end holds with what was sent: as it says itself, or as a file shows that it wrote (`received`, lines
   * that end in the event's JSON). Throws `bad_request` where that cannot be read, and what `run` throws.
   */
  check(destination: Destination, received?: string): Promise<Checked>;
  /** Feeds the configured destinations until it is stopped. */
  start(destinations: readonly NamedDestination[], onFault: (error: unknown) => void): () => Promise<void>;
}

const SINKS = {
  file: ({ path, rotateBytes }) => createFileSink(path, rotateBytes),
  https: createHttpsSink,
  'syslog-tls': createSyslogSink,
} as const satisfies { [T in Destination['to']]: (destination: Extract<Destination, { to: T }>) => Sink };

export const sinkOf = (destination: Destination): Sink => SINKS[destination.to](destination as never);

const nameOf = (destination: Destination | NamedDestination): string =>
  `export/${'name' in destination ? destination.name : placeOf(destination)}`;

/** People's names are personal and stay behind; what is declared by name is told by it. */
function declaredName(view: View, id: string): string | undefined {
  for (const table of ['identity', 'application', 'profile', 'policy', 'trust', 'agent'] as const) {
    const name = view.rows(table).get(id)?.name;
    if (typeof name === 'string') return name;
  }
  return undefined;
}

export function createExporter(needs: FollowNeeds): Exporter {
  const { log, database } = needs;

  function followerOf(destination: Destination, onSent: (count: number) => void = () => undefined): Follower {
    const sink = sinkOf(destination);
    return {
      name: nameOf(destination),
      kinds: EXPORTED_KINDS,
      async take(entries: Entry[]) {
        const view = await log.view();
        const context = { origin: log.origin, nameOf: (id: string) => declaredName(view, id) };
        const events = entries.map((entry) => toOcsf(entry, context)).filter((event) => event !== undefined);
        await sink.send(events);
        onSent(events.length);
      },
    };
  }

  return {
    async run(destination) {
      let sent = 0;
      const follower = followerOf(destination, (count) => {
        sent += count;
      });
      await followOnce(needs, follower);
      return { sent, next: await followerAt(database.db, follower.name) };
    },
    check: (destination, received) => checkOf(needs, destination, received),
    start(destinations, onFault) {
      const stops = destinations.map((destination) => follow(needs, followerOf(destination), onFault));
      return async () => void (await Promise.all(stops.map((stop) => stop())));
    },
  };
}

async function checkOf({ database: { db }, log }: FollowNeeds, destination: Destination, received?: string) {
  const next = await followerAt(db, nameOf(destination));
  const kinds = [...EXPORTED_KINDS];
  const expected = await countEntries(db, kinds, next);
  const waiting = (await countEntries(db, kinds, (await log.head()).size)) - expected;
  const { held } = sinkOf(destination);
  const there =
    received === undefined
      ? heldThere(expected, await held?.(log.origin))
      : await shownBy(db, await readReceived(received, log.origin), next);
  const complete = there.missing === null ? null : there.missing === 0;
  return { ...there, expected, waiting, next, complete };
}

type There = Pick<Checked, 'count' | 'duplicates' | 'missing' | 'firstMissing'>;

/** Where the other end gives a number alone, that is all that can be compared. */
const heldThere = (expected: number, held: Held | undefined): There =>
  held === undefined
    ? { count: null, duplicates: null, missing: null, firstMissing: null }
    : { ...held, missing: Math.max(0, expected - held.count), firstMissing: null };

/** Event by event: what is there beyond our place in the log does not make up for one that is missing. */
async function shownBy(db: Db, { indices, duplicates }: Received, next: number): Promise<There> {
  let [missing, firstMissing]: [number, number | null] = [0, null];
  for await (const index of indicesOf(db, [...EXPORTED_KINDS], next)) {
    if (indices.has(index)) continue;
    missing += 1;
    firstMissing ??= index;
  }
  return { count: indices.size, duplicates, missing, firstMissing };
}
