import type { Entry } from '#verifier';
import { MunimentError } from '../../kernel/index.ts';
import type { View } from '../../store/index.ts';
import { type Follower, type FollowNeeds, follow, followOnce } from '../follow.ts';
import { countEntries, followerAt } from '../queries.ts';
import { createFileSink } from './file.ts';
import { createHttpsSink } from './https.ts';
import { type Destination, type Held, type NamedDestination, placeOf, type Sink } from './model.ts';
import { EXPORTED_KINDS, toOcsf } from './ocsf.ts';
import { createSyslogSink } from './syslog.ts';

export interface Exported {
  /** Events sent in this run. */
  sent: number;
  /** First entry that was not looked at yet. */
  next: number;
}

export interface Checked extends Held {
  /** Events of ours up to `next`. */
  expected: number;
  next: number;
  complete: boolean;
}

export interface Exporter {
  /** Sends all that a destination has not had. Throws `server_unreachable`, `data_unwritable`, `bad_request`, `conflict`. */
  run(destination: Destination): Promise<Exported>;
  /** Compares what the other end holds with what was sent. Throws `not_supported` where it cannot be asked. */
  check(destination: Destination): Promise<Checked>;
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
    async check(destination) {
      const { held } = sinkOf(destination);
      if (held === undefined)
        throw new MunimentError('not_supported', 'this destination cannot be asked what it holds');
      const next = await followerAt(database.db, nameOf(destination));
      const expected = await countEntries(database.db, [...EXPORTED_KINDS], next);
      const there = await held(log.origin);
      return { ...there, expected, next, complete: there.count >= expected };
    },
    start(destinations, onFault) {
      const stops = destinations.map((destination) => follow(needs, followerOf(destination), onFault));
      return async () => void (await Promise.all(stops.map((stop) => stop())));
    },
  };
}
