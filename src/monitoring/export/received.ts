import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { MunimentError } from '../../kernel/index.ts';
import { type OcsfEvent, uidOf } from './model.ts';

/** What a receiver's own file shows of our events. */
export interface Received {
  /** Entries whose event is there. */
  indices: Set<number>;
  /** Lines beyond the first for the same event. */
  duplicates: number;
}

const INDEX = /^(?:0|[1-9]\d{0,14})$/;

/** The entry that a line's event tells of. A receiver may put a header of its own before the JSON. */
function indexIn(line: string, origin: string): number | undefined {
  const start = line.indexOf('{');
  if (start < 0) return undefined;
  try {
    const { uid } = (JSON.parse(line.slice(start)) as OcsfEvent).metadata;
    const prefix = uidOf(origin, 0).slice(0, -1);
    const index = uid.startsWith(prefix) ? uid.slice(prefix.length) : '';
    return INDEX.test(index) ? Number(index) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads a file that a receiver wrote, line by line; what is no event of this log is passed over.
 * @throws MunimentError `bad_request` where it cannot be read
 */
export async function readReceived(path: string, origin: string): Promise<Received> {
  const received: Received = { indices: new Set(), duplicates: 0 };
  try {
    for await (const line of createInterface({ input: createReadStream(path, 'utf8') })) {
      const index = indexIn(line, origin);
      if (index === undefined) continue;
      if (received.indices.has(index)) received.duplicates += 1;
      received.indices.add(index);
    }
  } catch (cause) {
    throw new MunimentError('bad_request', `\`${path}\` cannot be read`, { cause });
  }
  return received;
}
