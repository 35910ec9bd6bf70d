/** Bytes that need not be in memory: a file, or what is at hand. */
export interface ByteSource {
  readonly size: number;
  /** True where the bytes cannot change between two reads. */
  readonly isFixed: boolean;
  /** Exactly these bytes; throws where they cannot be read. */
  read(offset: number, length: number): Uint8Array;
}

export const bytesSource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  isFixed: true,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});
