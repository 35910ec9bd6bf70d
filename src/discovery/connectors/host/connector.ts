import { hostname } from 'node:os';
import { z } from 'zod';
import {
  defineListing,
  defineSource,
  type Observed,
  type ObservedClass,
  type Opening,
} from '../../contract.ts';
import { asSeen } from '../../files/as-seen.ts';
import type { HostContext, HostObserved } from '../../files/observed.ts';
import { keyOf } from '../../keys.ts';
import { type Host, openHost } from './listings.ts';

const Settings = z.strictObject({
  root: z.string().exactOptional(),
  name: z.string().exactOptional(),
  sweepRoots: z.array(z.string()).exactOptional(),
});

/** Natural ids of a host hold names of its people, so they are concealed before they leave it. */
function contextOf(
  opening: Opening,
  partition: string,
): HostContext & { conceal(item: HostObserved): string } {
  const hidden = (observed: ObservedClass, naturalId: string) => opening.conceal(`${observed}\0${naturalId}`);
  return {
    fingerprint: opening.fingerprint,
    now: opening.now,
    reference: (observed, id) => keyOf(opening.source, partition, observed, hidden(observed, id)),
    conceal: (item) => hidden(item.class, item.naturalId),
  };
}

async function* readListing(host: Host, listing: string, context: ReturnType<typeof contextOf>) {
  const page = await host.read(listing, context);
  const items = page.items.map((item) => ({ ...item, naturalId: context.conceal(item) }));
  const { calls, denied, errors } = page;
  yield { operation: `read ${listing}`, request: {}, items, calls, denied, errors, end: true };
}

const NAMES = Object.keys(openHost({}).scope);

export const source = defineSource({
  type: 'host',
  version: 4,
  title: 'this host',
  settings: Settings,
  hostSettings: ['root', 'sweepRoots'],
  secrets: {},
  operations: NAMES.map((name) => ({
    name: `read ${name}`,
    privilege: 'any uid; root, or CAP_DAC_READ_SEARCH, to read everything',
  })),
  listings: NAMES.map((name) =>
    defineListing({
      listing: name,
      about: `${name} of the host`,
      operations: [`read ${name}`],
      shape: asSeen,
      map: (item) => [item as Observed],
    }),
  ),
  async open({ name: partition = hostname(), ...settings }, opening) {
    const host = openHost(settings);
    const context = contextOf(opening, partition);
    return {
      partitions: async () => [{ partition, scope: host.scope }],
      read: (_, listing) => readListing(host, listing, context),
      close: async () => undefined,
    };
  },
});
