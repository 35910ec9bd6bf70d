import type { DiscoveryEntries } from './discovery.ts';
import type { EntryData } from './entries.ts';
import { patch, type Rule } from './rule.ts';

/** How a join is named: the two keys in order. */
export const joinKey = ({ a, b }: { a: string; b: string }): string => `${a} ${b}`;

const sweepKey = (data: EntryData['sweep.recorded']): string => `${data.source}/${data.partition}`;

/** Rows of what was found and where it is looked for. */
export const DISCOVERY_RULES: { [K in keyof DiscoveryEntries]: Rule<K> } = {
  'sweep.recorded': {
    rows: (data, place) => [{ table: 'sweep', key: sweepKey(data), row: { ...data, entry: place.index } }],
  },
  'observation.recorded': {
    reads: (data) => [{ table: 'observation', key: data.key }],
    rows({ change, ...seen }, place, read) {
      const before = read('observation', seen.key);
      const row = {
        ...seen,
        present: change !== 'gone',
        firstSeen: before?.firstSeen ?? place.occurred,
        lastChanged: place.occurred,
        ...(before?.identity === undefined ? {} : { identity: before.identity }),
        ...(before?.disposed === undefined ? {} : { disposed: before.disposed }),
        entry: place.index,
      };
      return [{ table: 'observation', key: seen.key, row }];
    },
  },
  'observation.claimed': {
    reads: (data) => [{ table: 'observation', key: data.observation }],
    rows: (data, _, read) => patch(read, 'observation', data.observation, { identity: data.identity }),
  },
  'observation.disposed': {
    reads: (data) => [{ table: 'observation', key: data.observation }],
    rows({ observation, ...decided }, { actor, time }, read) {
      return patch(read, 'observation', observation, { disposed: { ...decided, by: actor, time } });
    },
  },
  'observation.joined': {
    rows: (data, place) => [
      { table: 'join', key: joinKey(data), row: { ...data, split: false, entry: place.index } },
    ],
  },
  'observation.split': {
    rows: (data, place) => [
      { table: 'join', key: joinKey(data), row: { ...data, split: true, entry: place.index } },
    ],
  },
  'source.configured': {
    reads: (data) => [{ table: 'source', key: data.source }],
    rows(data, place, read) {
      const since = read('source', data.source)?.since ?? place.time;
      return [
        { table: 'source', key: data.source, row: { ...data, since, removed: null, entry: place.index } },
      ];
    },
  },
  'source.removed': {
    reads: (data) => [{ table: 'source', key: data.source }],
    rows: (data, place, read) => patch(read, 'source', data.source, { removed: place.time }),
  },
};
