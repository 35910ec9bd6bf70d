/** GitHub's published description of its answers, of which `test/vendor/github` holds a part. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';

interface Described {
  version: string;
  answers: Record<string, { status: number; parameters: string[]; schema: object }>;
  definitions: Record<string, object>;
}

const described = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'vendor', 'github', 'schema.json'), 'utf8'),
) as Described;

const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
for (const [name, schema] of Object.entries(described.definitions))
  ajv.addSchema({ ...rooted(schema), $id: `/definitions/${name}` });

/** `#/definitions/x` as a schema of its own, so that each is compiled once. */
function rooted<Schema extends object>(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions/', '"/definitions/'));
}

const validators = new Map(
  Object.entries(described.answers).map(([operation, { schema }]) => [
    operation,
    ajv.compile(rooted(schema)),
  ]),
);

export const describedOperations: string[] = Object.keys(described.answers);

/** What is wrong with an answer of that operation, by GitHub's own description; empty where nothing is. */
export function problemsOf(operation: string, status: number, body: unknown): string[] {
  const answer = described.answers[operation];
  const validate = validators.get(operation);
  if (answer === undefined || validate === undefined) return [`${operation}: not described`];
  if (status !== answer.status) return [`${operation}: status ${status} instead of ${answer.status}`];
  if (validate(body)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${operation} ${instancePath}: ${message}`,
  );
}

/** Parameters that are asked for and that the operation does not know. */
export const unknownParameters = (operation: string, query: URLSearchParams): string[] =>
  [...query.keys()].filter((name) => !(described.answers[operation]?.parameters ?? []).includes(name));
