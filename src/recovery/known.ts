import { readFile } from 'node:fs/promises';
import { MunimentError } from '../kernel/index.ts';
import type { KnownCheckpoint } from '../store/index.ts';

const FETCH_MILLISECONDS = 10_000;
/** A checkpoint with many cosignatures is a few kilobytes. */
const CHECKPOINT_MAX_BYTES = 64 * 1024;

/**
 * A checkpoint that is kept elsewhere: a file, or an https or http address. It is signed, so the way to it need not be trusted.
 * @throws MunimentError `known_checkpoint_missing`: a start that was told to compare does not go on without
 */
export async function readKnown(from: string): Promise<KnownCheckpoint> {
  try {
    const note = /^https?:\/\//.test(from) ? await fetched(from) : new Uint8Array(await readFile(from));
    if (note.length > CHECKPOINT_MAX_BYTES) throw new Error(`it has ${note.length} bytes`);
    return { from, note };
  } catch (cause) {
    throw new MunimentError('known_checkpoint_missing', `the checkpoint \`${from}\` cannot be read`, {
      detail: String(cause),
      cause,
    });
  }
}

async function fetched(url: string): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(FETCH_MILLISECONDS);
  const answer = await fetch(url, { signal, redirect: 'error' });
  if (!answer.ok || answer.body === null) throw new Error(`it was answered with ${answer.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body) {
    size += part.length;
    if (size > CHECKPOINT_MAX_BYTES) throw new Error('it is too long');
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
