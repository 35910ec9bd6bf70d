import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ROUTES } from './contract/index.ts';
import { openApiDocument } from './openapi.ts';

interface Document {
  openapi: string;
  paths: Record<
    string,
    Record<string, { operationId: string; responses: object; 'x-muniment-roles': string[] }>
  >;
  components: { schemas: Record<string, object> };
}
const document = openApiDocument() as Document;
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

test('the document is OpenAPI 3.1 and holds every route, with who may use it', () => {
  assert.match(document.openapi, /^3\.1\./);
  assert.deepEqual(
    operations.map(({ operationId }) => operationId).sort(),
    ROUTES.map(({ operationId }) => operationId).sort(),
  );
  for (const operation of operations)
    assert.ok(operation['x-muniment-roles'].length > 0, operation.operationId);
});

test('every reference in it leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
    ([, reference]) => reference ?? '',
  );
  assert.ok(references.length > 0);
  for (const reference of references) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1];
    assert.ok(name !== undefined && name in document.components.schemas, reference);
  }
});

test('its schemas are JSON Schema 2020-12', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const errors = ajv.validateSchema(schema) === true ? null : ajv.errors;
    assert.equal(errors, null, name);
  }
});

test('what may be null is null to a reader of JSON Schema, a component too', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi');
  const reads = (schema: string, value: unknown) =>
    ajv.compile({ $ref: `openapi#/components/schemas/${schema}` })(value);
  const ada = { id: 'per_1', name: 'ada', status: 'active' };
  const covered = { covers: 'access-path', target: ada, reviewer: null, hole: true, why: '', entry: null };
  for (const owner of [null, ada]) assert.ok(reads('ControlOwner', { ...covered, owner }), String(owner));
  assert.ok(!reads('ControlOwner', { ...covered, owner: 'ada' }));
  const { deputy } = (document.components.schemas.Identity as { properties: { deputy: object } }).properties;
  assert.deepEqual(deputy, { anyOf: [{ $ref: '#/components/schemas/Owner' }, { type: 'null' }] });
});
