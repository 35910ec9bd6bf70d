import { concatBytes } from '../bytes.ts';
import { decodeBundle, encodeBundle } from '../tiles.ts';
import type { ZipMember } from '../zip.ts';
import { refuse } from './json.ts';
import { BUNDLE_WIDTH, bundleName, bundlesOf, type Range } from './model.ts';

const LENGTH_BYTES = 4;

/** The part of `[start, last]` that a bundle holds, as `[from, to)`. */
function spanOf({ start, last }: Range, bundle: number): { from: number; to: number } {
  return {
    from: Math.max(start, bundle * BUNDLE_WIDTH),
    to: Math.min(last + 1, (bundle + 1) * BUNDLE_WIDTH),
  };
}

/** True for an entry whose body belongs into the package: the leaf before the period and the one after serve as edges only. */
export const hasBody = ({ base, last }: Range, index: number): boolean => index >= base && index < last;

/** Bodies of a bundle, each after its length in 32 bits; length 0 is a body that is not there. */
export function encodeBodies(bodies: Array<Uint8Array | null>): Uint8Array {
  const parts = bodies.flatMap((body) => {
    const length = new Uint8Array(LENGTH_BYTES);
    new DataView(length.buffer).setUint32(0, body?.length ?? 0);
    return body === null ? [length] : [length, body];
  });
  return concatBytes(...parts);
}

export function decodeBodies(bytes: Uint8Array): Array<Uint8Array | null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bodies: Array<Uint8Array | null> = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (offset + LENGTH_BYTES > bytes.length) refuse('bundle ends within a length');
    const end = offset + LENGTH_BYTES + view.getUint32(offset);
    if (end > bytes.length) refuse('bundle ends within a body');
    bodies.push(end === offset + LENGTH_BYTES ? null : bytes.subarray(offset + LENGTH_BYTES, end));
    offset = end;
  }
  return bodies;
}

/** `log/…` for the leaves of `[start, last]`, or `bodies/…` for their bodies. */
export function leafBundles(range: Range, leaves: Uint8Array[]): ZipMember[] {
  return bundlesOf(range).map((bundle) => {
    const { from, to } = spanOf(range, bundle);
    return {
      name: bundleName('log', bundle),
      bytes: encodeBundle(leaves.slice(from - range.start, to - range.start)),
    };
  });
}

export function bodyBundles(range: Range, bodies: Array<Uint8Array | null>): ZipMember[] {
  return bundlesOf(range).map((bundle) => {
    const { from, to } = spanOf(range, bundle);
    return {
      name: bundleName('bodies', bundle),
      bytes: encodeBodies(bodies.slice(from - range.start, to - range.start)),
    };
  });
}

type ReadMember = (name: string) => Uint8Array;

function readBundle<T>(
  range: Range,
  bundle: number,
  folder: 'log' | 'bodies',
  read: ReadMember,
  decode: (bytes: Uint8Array) => T[],
): T[] {
  const name = bundleName(folder, bundle);
  const { from, to } = spanOf(range, bundle);
  const items = decode(read(name));
  return items.length === to - from
    ? items
    : refuse(`\`${name}\` holds ${items.length} entries, not ${to - from}`);
}

/** Leaves `[start, last]`, a bundle at a time. Throws where a bundle holds more or fewer than its part of the range. */
export function* readLeaves(range: Range, read: ReadMember): Generator<Uint8Array> {
  for (const bundle of bundlesOf(range)) yield* readBundle(range, bundle, 'log', read, decodeBundle);
}

export function* readBodies(range: Range, read: ReadMember): Generator<Uint8Array | null> {
  for (const bundle of bundlesOf(range)) yield* readBundle(range, bundle, 'bodies', read, decodeBodies);
}
