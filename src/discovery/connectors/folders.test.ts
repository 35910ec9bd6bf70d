import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

/** `faults.test.ts` runs the table of faults, `testing/double.ts` is the provider that it is run against. */
const EVERY_CONNECTOR_HAS = ['README.md', 'testing/double.ts', 'faults.test.ts'];

test('every source is run through the table of faults', () => {
  const connectors = globSync('*/connector.ts', { cwd: import.meta.dirname });
  assert.ok(connectors.length > 0);
  const missing = connectors
    .flatMap((connector) => EVERY_CONNECTOR_HAS.map((file) => join(dirname(connector), file)))
    .filter((file) => !existsSync(join(import.meta.dirname, file)));
  assert.deepEqual(missing, []);
});
