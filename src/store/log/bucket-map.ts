/** A power of two: with a million rows, a change copies 4,096 pointers and some 250 rows, which is tens of microseconds. */
const BUCKETS = 4_096;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a. Keys are ids of our own making, so nobody can choose them to meet in one bucket. */
function bucketOf(key: string): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), FNV_PRIME);
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}

type Buckets<V> = ReadonlyArray<ReadonlyMap<string, V> | undefined>;

/** A map that never changes: another one that differs in a few keys shares all buckets but theirs. Without an order. */
export class BucketMap<V> implements ReadonlyMap<string, V> {
  readonly size: number;
  readonly #buckets: Buckets<V>;

  private constructor(size: number, buckets: Buckets<V>) {
    this.size = size;
    this.#buckets = buckets;
  }

  static empty<V>(): BucketMap<V> {
    return new BucketMap<V>(0, new Array(BUCKETS).fill(undefined));
  }

  get(key: string): V | undefined {
    return this.#buckets[bucketOf(key)]?.get(key);
  }

  has(key: string): boolean {
    return this.#buckets[bucketOf(key)]?.has(key) ?? false;
  }

  /** The map after these writes, in order; undefined takes the key away. */
  with(writes: Iterable<readonly [key: string, value: V | undefined]>): BucketMap<V> {
    const buckets = [...this.#buckets];
    const fresh = new Map<number, Map<string, V>>();
    let { size } = this;
    for (const [key, value] of writes) {
      const at = bucketOf(key);
      const bucket = fresh.get(at) ?? new Map(buckets[at]);
      fresh.set(at, bucket);
      buckets[at] = bucket;
      size -= bucket.size;
      if (value === undefined) bucket.delete(key);
      else bucket.set(key, value);
      size += bucket.size;
    }
    return new BucketMap(size, buckets);
  }

  *entries(): MapIterator<[string, V]> {
    for (const bucket of this.#buckets) if (bucket !== undefined) yield* bucket.entries();
  }

  *keys(): MapIterator<string> {
    for (const bucket of this.#buckets) if (bucket !== undefined) yield* bucket.keys();
  }

  *values(): MapIterator<V> {
    for (const bucket of this.#buckets) if (bucket !== undefined) yield* bucket.values();
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(callback: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }
}
