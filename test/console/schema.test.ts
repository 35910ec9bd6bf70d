import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openApiDocument } from '../../src/api/index.ts';

const SCHEMA = new URL('../../console/src/api/schema.ts', import.meta.url);

test('the console’s types are those of the API’s document as it stands', () => {
  const digest = createHash('sha256').update(JSON.stringify(openApiDocument())).digest('hex');
  const [, generatedFrom] =
    /OpenAPI document: sha256 ([0-9a-f]{64})/.exec(readFileSync(SCHEMA, 'utf8')) ?? [];
  const how = 'with the server running: npm run schema -w console -- http://localhost:7440/openapi.json';
  assert.equal(generatedFrom, digest, `they are older; ${how}`);
});
