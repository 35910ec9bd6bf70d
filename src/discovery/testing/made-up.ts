import { z } from 'zod';
import { defineListing, defineSource, type ObservedClass } from '../contract.ts';
import { SourceError } from '../source-error.ts';

/** An estate that a test makes up, and a kind of source that reads it: no socket, no provider. */

export interface Thing {
  name: string;
  class: ObservedClass;
  /** The name of what holds it. */
  holder?: string;
  join?: string;
  owner?: string;
  created?: string;
  lastUsed?: string;
  administrator?: boolean;
  /** The place where it is; `left` where absent. */
  at?: string;
}

export interface Estate {
  things: Thing[];
  denied: boolean;
  /** Reading goes on once this is done. */
  wait?: Promise<void> | undefined;
}

const CLASSES = ['identity', 'credential', 'permission', 'trust', 'exposure'] as const;

const things = defineListing({
  listing: 'things',
  about: 'all there is',
  operations: ['list things'],
  shape: (marks) =>
    marks.object({
      name: marks.text(),
      class: z.enum(CLASSES),
      holder: marks.text().optional(),
      join: marks.text().optional(),
      owner: marks.personal().optional(),
      created: marks.personal().optional(),
      lastUsed: marks.text().optional(),
      administrator: z.boolean().optional(),
    }),
  map: (item, mapping) => [
    {
      class: item.class,
      naturalId: item.name,
      label: item.name,
      attributes: {
        kind: `made-up-${item.class}`,
        holder: item.holder === undefined ? undefined : mapping.key('identity', item.holder),
        ...{ owner: item.owner, ownerFrom: item.owner === undefined ? undefined : 'tag' },
        ...{ createdBy: item.created, lastUsed: item.lastUsed, administrator: item.administrator },
      },
      joins: item.join === undefined ? [] : [`made-up:${item.join}`],
    },
  ],
});

/** Type `made-up`: what of the estate is at the place that its settings name. */
export const madeUpSource = (estate: Estate) =>
  defineSource({
    type: 'made-up',
    version: 1,
    title: 'Made up',
    settings: z.strictObject({ place: z.string() }),
    secrets: { token: { about: 'a token', optional: true } },
    operations: [{ name: 'list things', privilege: 'things:read' }],
    listings: [things],
    async open({ place }, { signal }) {
      return {
        partitions: async () => [{ partition: place, scope: { things: [place] } }],
        async *read() {
          await estate.wait;
          signal.throwIfAborted();
          if (estate.denied) throw new SourceError('denied', 'no permission (403)');
          const here = estate.things.filter(({ at = 'left' }) => at === place);
          const items = here.map(({ at: _, ...item }) => item);
          yield { operation: 'list things', request: {}, items, end: true, providerCount: items.length };
        },
        close: async () => undefined,
      };
    },
  });
