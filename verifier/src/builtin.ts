/** What of Node's own the verifier is faster with; each has a portable twin. */
interface Builtins {
  'node:crypto': {
    createHash(name: 'sha256'): Incremental;
    /** One call, without an object for each hash. */
    hash(name: 'sha256', bytes: Uint8Array, encoding: 'buffer'): Uint8Array;
  };
  'node:zlib': { crc32(bytes: Uint8Array, before?: number): number };
  'node:fs': {
    openSync(path: string): number;
    closeSync(file: number): void;
    fstatSync(file: number): { size: number };
    readSync(file: number, into: Uint8Array, at: number, length: number, position: number): number;
  };
  'node:buffer': { Buffer: { compare(a: Uint8Array, b: Uint8Array): number } };
}

interface Incremental {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

interface MaybeNode {
  process?: { getBuiltinModule?: <N extends keyof Builtins>(name: N) => Builtins[N] | undefined };
}

/** A module of Node's where there is Node. No import statement, so that the same file loads in a browser. */
export const builtin = <N extends keyof Builtins>(name: N): Builtins[N] | undefined =>
  (globalThis as unknown as MaybeNode).process?.getBuiltinModule?.(name);
