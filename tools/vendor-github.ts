/**
 * Cuts GitHub's published description of its API (OpenAPI 3.0) down to the answers that tests look at, as JSON Schema.
 * Usage: node tools/vendor-github.ts ghec.json > test/vendor/github/schema.json
 */
import { readFileSync } from 'node:fs';
import { operations } from '../src/discovery/connectors/github/operations.ts';

type Node = Record<string, unknown>;

const PROSE = new Set([
  'description',
  'example',
  'examples',
  'title',
  'summary',
  'externalDocs',
  'deprecated',
]);
const COMPONENT = '#/components/schemas/';

interface Described {
  info: { version: string };
  paths: Record<string, Record<string, { parameters?: Node[]; responses: Record<string, Node> }>>;
  components: {
    schemas: Record<string, Node>;
    parameters: Record<string, Node>;
    responses: Record<string, Node>;
  };
}

const described = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Described;
const definitions: Record<string, unknown> = {};

/** OpenAPI 3.0 has `nullable` where JSON Schema has a type of its own. */
const orNull = (schema: Node): Node => ({ anyOf: [{ type: 'null' }, schema] });

function schemaOf(node: unknown, isProperties = false): unknown {
  if (Array.isArray(node)) return node.map((each) => schemaOf(each));
  if (typeof node !== 'object' || node === null) return node;
  if (!isProperties && typeof (node as Node).$ref === 'string')
    return referenceOf(String((node as Node).$ref));
  const kept = Object.entries(node).filter(
    ([name]) =>
      isProperties || !(PROSE.has(name) || name === 'nullable' || name === 'format' || name.startsWith('x-')),
  );
  const schema = Object.fromEntries(
    kept.map(([name, value]) => [name, schemaOf(value, !isProperties && name === 'properties')]),
  );
  return !isProperties && (node as Node).nullable === true ? orNull(schema) : schema;
}

function referenceOf(reference: string): Node {
  const name = reference.slice(COMPONENT.length);
  if (definitions[name] === undefined) {
    definitions[name] = {};
    definitions[name] = schemaOf(described.components.schemas[name]);
  }
  return { $ref: `#/definitions/${name}` };
}

const parameterName = (parameter: Node): unknown =>
  typeof parameter.$ref === 'string'
    ? described.components.parameters[parameter.$ref.split('/').at(-1) ?? '']?.name
    : parameter.name;

function answerOf({ name }: { name: string }): [string, unknown] {
  const [method = '', path = ''] = name.split(' ');
  const operation = described.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${name}: GitHub describes no such operation`);
  const [status, answer] = Object.entries(operation.responses).find(([code]) => code.startsWith('2')) ?? [];
  const content = Object.entries((answer?.content ?? {}) as Record<string, Node>);
  const json = content.find(([type]) => type === 'application/json') ?? content[0];
  const parameters = (operation.parameters ?? []).map(parameterName);
  return [name, { status: Number(status), parameters, schema: schemaOf(json?.[1].schema) }];
}

const answers = Object.fromEntries(operations.map(answerOf));
process.stdout.write(`${JSON.stringify({ version: described.info.version, answers, definitions })}\n`);
