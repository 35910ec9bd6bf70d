import assert from 'node:assert/strict';
import { readTraceparent } from '../../../src/api/traceparent.ts';
import type { Target } from '../target.ts';

/** What is taken from a header names a trace as the standard writes it, for it goes on to our own collector. */
const traceparent: Target = {
  words: ['00-', 'ff-', '-01', '-', '0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', '0'.repeat(32)],
  open: () => ({
    declares: () => false,
    feed(input) {
      const read = readTraceparent(input.toString('latin1'));
      if (read === undefined) return;
      assert.match(read.traceId, /^(?!0+$)[0-9a-f]{32}$/);
      assert.match(read.spanId, /^(?!0+$)[0-9a-f]{16}$/);
      assert.deepEqual(readTraceparent(`00-${read.traceId}-${read.spanId}-01`), read);
    },
  }),
};

export const HEADERS: Record<string, Target> = { traceparent };
