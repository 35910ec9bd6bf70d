/**
 * Attack: a text on which a regular expression goes back over what it has read again and again (ReDoS) holds the event
 * loop, and with it every caller, for seconds or for good. Expressions are found by parsing, hostile texts derived from
 * each, so one that is added tomorrow is tried tomorrow. Judged is how the time grows, never how long it is.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { collectExpressions, type Expression } from './expressions/collect.ts';
import type { Finding } from './expressions/timer.ts';

const CHARACTERS = 32_768;
/** Enough for a bad one to be seen, and few enough that it comes to an end. */
const FEW_CHARACTERS = 8_192;
/** An expression takes milliseconds; one that hangs takes for ever. */
const HANG_MS = 30_000;

const newWorker = (): Worker => new Worker(join(import.meta.dirname, 'expressions', 'timer.ts'));
let worker = newWorker();
after(() => worker.terminate());

/** What is wrong with an expression; undefined where its time grows no faster than the text. */
async function faultOf(expression: Expression, length = CHARACTERS): Promise<string | undefined> {
  worker.postMessage({ expression, length });
  const limit = AbortSignal.timeout(HANG_MS);
  try {
    const [found] = (await once(worker, 'message', { signal: limit })) as [Finding | null];
    if (found === null) return undefined;
    const times = `${found.once.toFixed()} ms, twice as much ${found.twice.toFixed()} ms`;
    return `${found.length} characters of ${JSON.stringify(found.text)} take ${times}`;
  } catch (error) {
    if (!limit.aborted) throw error;
    await worker.terminate();
    worker = newWorker();
    return `hangs for more than ${HANG_MS} ms`;
  }
}

test('the finder finds: squares, cubes, a choice of many ways, what only an anchor saves', async () => {
  const planted = [
    [String.raw`\s+$`, ''],
    [String.raw`^(\S+)\s*=\s*(.*)$`, ''],
    [String.raw`^\s*[a-z]+:`, 'm'],
    ['a[^b]*b', 'g'],
  ].map(([source = '', flags = '']) => ({ source, flags, place: 'planted' }));
  for (const expression of planted)
    assert.ok((await faultOf(expression, FEW_CHARACTERS)) !== undefined, expression.source);
});

test('no expression of the product takes more than linear time', async () => {
  const expressions = collectExpressions();
  assert.ok(expressions.length > 200);
  for (const folder of ['src/', 'verifier/src/', 'console/src/'])
    assert.ok(expressions.some(({ place }) => place.startsWith(folder)));
  const faults: string[] = [];
  for (const expression of expressions) {
    const fault = await faultOf(expression);
    if (fault !== undefined)
      faults.push(`${expression.place} /${expression.source}/${expression.flags}: ${fault}`);
  }
  assert.deepEqual(faults, []);
});
