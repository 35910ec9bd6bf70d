import { builtin } from './builtin.ts';
import type { ByteSource } from './source.ts';

/** A file as a source; where Node runs. Throws where it cannot be read. */
export function fileSource(path: string): ByteSource & { close(): void } {
  const fs = builtin('node:fs');
  if (fs === undefined) throw new Error('there are no files here');
  const file = fs.openSync(path);
  return {
    size: fs.fstatSync(file).size,
    isFixed: false,
    close: () => fs.closeSync(file),
    read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const read = fs.readSync(file, bytes, at, length - at, offset + at);
        if (read === 0) throw new Error('file ends too early');
        at += read;
      }
      return bytes;
    },
  };
}
