import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { digester, type ManifestFile, type Take, type ZipMember, zipHeads } from '#verifier';

const COPY_BYTES = 1 << 20;

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** A package's files as they are made, one after another on disk: none has to wait in memory for the manifest, which comes first. */
export interface Spool {
  take: Take;
  /** Writes the archive: `first`, then what was taken. */
  assemble(path: string, first: ZipMember[]): void;
  close(): void;
}

export function createSpool(path: string): Spool {
  const file = openSync(path, 'wx+', 0o600);
  const taken: Array<ManifestFile & { crc: number }> = [];
  const copy = (into: number, offset: number, size: number): void => {
    const buffer = new Uint8Array(Math.min(COPY_BYTES, size));
    for (let at = 0; at < size; ) {
      const read = readSync(file, buffer, 0, Math.min(buffer.length, size - at), offset + at);
      writeAll(into, buffer.subarray(0, read));
      at += read;
    }
  };
  const writeMembers = (into: number, first: ZipMember[]): void => {
    const heads = zipHeads();
    for (const { name, bytes } of first) {
      writeAll(into, heads.add({ name, size: bytes.length, crc: crc32(bytes) }));
      writeAll(into, bytes);
    }
    let offset = 0;
    for (const { name, size, crc } of taken) {
      writeAll(into, heads.add({ name, size, crc }));
      copy(into, offset, size);
      offset += size;
    }
    writeAll(into, heads.end());
  };
  return {
    take({ name, pieces }) {
      const hash = digester();
      let crc = 0;
      for (const piece of pieces) {
        hash.update(piece);
        crc = crc32(piece, crc);
        writeAll(file, piece);
      }
      const told = { name, ...hash.end() };
      taken.push({ ...told, crc });
      return told;
    },
    assemble(archive, first) {
      const into = openSync(archive, 'wx', 0o600);
      try {
        writeMembers(into, first);
      } finally {
        closeSync(into);
      }
    },
    close: () => closeSync(file),
  };
}
