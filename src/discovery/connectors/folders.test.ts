import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { createCatalog } from '../catalog.ts';

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

/** Names by which connectors call what lies on the server's host. */
const ON_HOST = /file|folder|path|root|kubeconfig|known_?hosts|auditlog|cloudtrail|^mapping$/i;
/** Named alike, and something else: a switch, and a list of services. */
const NOT_ON_HOST = new Set(['everyKnownHost']);

test('every setting that names a place on the host is declared as one', async () => {
  const catalog = createCatalog();
  for (const word of catalog.words()) {
    const { settings, hostSettings = [] } = await catalog.type(word);
    const schema = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' });
    const names = Object.keys(schema.properties ?? {});
    const alike = names.filter((name) => ON_HOST.test(name) && !NOT_ON_HOST.has(name));
    assert.deepEqual(alike.sort(), [...hostSettings].sort(), word);
  }
});
