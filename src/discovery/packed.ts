/**
 * Values by key, kept as text until one is asked for: of hundreds of thousands of things a third of the memory, and one more
 * reading of each. Values are JSON; what is given out is a copy.
 */
export class Packed<Value> {
  readonly #texts = new Map<string, string>();

  get size(): number {
    return this.#texts.size;
  }

  get(key: string): Value | undefined {
    const text = this.#texts.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  set(key: string, value: Value): void {
    this.#texts.set(key, JSON.stringify(value));
  }

  *values(): Generator<Value> {
    for (const text of this.#texts.values()) yield JSON.parse(text);
  }

  keys(): Iterable<string> {
    return this.#texts.keys();
  }
}
