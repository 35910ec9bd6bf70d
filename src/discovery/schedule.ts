import { createHash } from 'node:crypto';

/** Part of the interval by which a sweep may come later, so that sources of one interval do not all come at once. */
const JITTER = 0.1;
const UINT32 = 2 ** 32;

/** The same for one source and one last sweep, on every replica. */
const jitterOf = (source: string, last: string): number =>
  createHash('sha256').update(`${source}\n${last}`).digest().readUInt32BE() / UINT32;

interface Scheduled {
  source: string;
  spec: { everySeconds: number | null };
  last: ReadonlyArray<{ ended: string }>;
}

/** When a source is to be swept again, after its last sweep, good or not; null where only when asked. */
export function nextSweep({ source, spec, last }: Scheduled, now: Date): Date | null {
  if (spec.everySeconds === null) return null;
  const ended = last
    .map((sweep) => sweep.ended)
    .sort()
    .at(-1);
  if (ended === undefined) return now;
  const seconds = spec.everySeconds * (1 + JITTER * jitterOf(source, ended));
  return new Date(Date.parse(ended) + seconds * 1000);
}
