import { readFile, writeFile } from 'node:fs/promises';
import openapiTypescript, { astToString } from 'openapi-typescript';

/** Writes `src/api/schema.ts` from the OpenAPI document at the path or URL given: `node tools/schema.ts DOCUMENT`. */

type Json = Record<string, unknown>;

const OUT = new URL('../src/api/schema.ts', import.meta.url);
const HEAD = '/** Generated from the OpenAPI document by `npm run schema`; not to be edited. */\n';

const isNullable = (schema: unknown): boolean =>
  Array.isArray((schema as Json).type) && Object.keys(schema as Json).length === 1;

/** A nullable reference arrives as `allOf: [reference, {type: [object, null]}]`, which says "never null". Says what is meant. */
function mend(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mend);
  if (typeof value !== 'object' || value === null) return value;
  const { allOf, ...rest } = value as Json;
  const [reference, other] = Array.isArray(allOf) ? allOf : [];
  if (other !== undefined && isNullable(other)) return { ...rest, anyOf: [reference, { type: 'null' }] };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mend(member)]));
}

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error('name the OpenAPI document: a path or a URL');
const text = source.startsWith('http') ? await (await fetch(source)).text() : await readFile(source, 'utf8');
const ast = await openapiTypescript(mend(JSON.parse(text)) as Parameters<typeof openapiTypescript>[0], {
  alphabetize: true,
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
});
await writeFile(OUT, HEAD + astToString(ast));
