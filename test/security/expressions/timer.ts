/** In a thread of its own, for an expression that hangs can only be ended with its thread. */
import { parentPort } from 'node:worker_threads';
import type { Expression } from './collect.ts';
import { hostileTexts } from './hostile.ts';

export interface Finding {
  text: string;
  length: number;
  /** Milliseconds at `length` and at twice as much. */
  once: number;
  twice: number;
}

/** Less than this is no attack, and too short to compare. */
const NOTICED_MS = 25;
/** A linear expression takes twice as long on twice as much, a quadratic one four times. */
const RATIO_MAX = 3;
/** So often, for the least of several times has the least of others' work in it. */
const TRIES = 2;

function timeOf({ source, flags }: Expression, text: string): number {
  const pattern = new RegExp(source, flags);
  const start = performance.now();
  if (pattern.global) text.replaceAll(pattern, '');
  else pattern.exec(text);
  return performance.now() - start;
}

const least = (expression: Expression, text: string): number =>
  Math.min(...Array.from({ length: TRIES }, () => timeOf(expression, text)));

/** The first hostile text on which the time grows faster than its length. */
export function superLinear(expression: Expression, length: number): Finding | undefined {
  const [short, long] = [hostileTexts(expression, length), hostileTexts(expression, 2 * length)];
  for (const text of long) {
    const half = short.next().value as string;
    if (timeOf(expression, text) < NOTICED_MS) continue;
    const [once, twice] = [least(expression, half), least(expression, text)];
    if (twice >= NOTICED_MS && twice > RATIO_MAX * once)
      return { text: text.slice(0, 80), length, once, twice };
  }
  return undefined;
}

parentPort?.on('message', ({ expression, length }: { expression: Expression; length: number }) =>
  parentPort?.postMessage(superLinear(expression, length) ?? null),
);
