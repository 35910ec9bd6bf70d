import { type Detector, madeUpUse } from '../model.ts';

/** An instance that was seen at more addresses than this is a moving one: nothing is kept or said beyond. */
const ADDRESSES_MAX = 32;
const LOOPBACK = /^(127\.|::1$)/;
const MAPPED = /^::ffff:(?=\d+\.)/i;

interface Seen {
  addresses: string[];
  /** The entry that showed the last of them. */
  entry: number;
}

/** One host has many loopback addresses, and an IPv4 address two spellings. */
export function placeOf(address: string): string {
  const plain = address.replace(MAPPED, '');
  return LOOPBACK.test(plain) ? 'this host' : plain;
}

/** An instance asks or acts from an address other than where it was first seen. Each new address is told of once. */
export const secondAddress: Detector<Seen> = {
  name: 'second-address',
  about: (use) => (use.address === null ? undefined : (use.instance ?? undefined)),
  start: () => ({ addresses: [], entry: -1 }),
  step(state, use) {
    const place = placeOf(use.address ?? '');
    const { addresses } = state;
    if (addresses.includes(place) || addresses.length >= ADDRESSES_MAX) return { state };
    const next = { addresses: [...addresses, place], entry: use.entry };
    if (addresses.length === 0) return { state: next };
    const departure = {
      expected: `the instance at ${addresses.map((known) => `\`${known}\``).join(', ')}`,
      seen: `\`${use.action}\` from \`${place}\` at ${use.at}`,
      entries: [...new Set([state.entry, use.entry])],
    };
    return { state: next, departure };
  },
  drill: (now) => ['192.0.2.1', '192.0.2.2'].map((address) => madeUpUse(now, { address })),
};
