import { canonicalize, hex, sha256, utf8 } from '#verifier';
import type { ObservedClass } from './contract.ts';

const KEY_HEX_CHARACTERS = 32;

/**
 * The key of a thing: the same in every sweep. It follows from the natural id alone, so that whoever holds the committed pages can
 * make it again; a natural id therefore never holds a person's name in clear.
 */
export function keyOf(source: string, partition: string, observed: ObservedClass, naturalId: string): string {
  const place = canonicalize([source, partition, observed, naturalId]);
  return `${source}/${observed}/${hex(sha256(utf8(place))).slice(0, KEY_HEX_CHARACTERS)}`;
}
