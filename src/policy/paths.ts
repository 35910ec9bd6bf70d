import type { Clause } from '@cedar-policy/cedar-wasm/nodejs';
import { SHAPES } from './schema.ts';

type Variable = keyof typeof SHAPES;
/** A path below a Cedar variable: `context.attested.uid`. */
type Path = [Variable, ...string[]];

const isVariable = (name: unknown): name is Variable =>
  typeof name === 'string' && Object.hasOwn(SHAPES, name);

/** The path that an expression in Cedar's JSON form spells, or undefined where it spells none. */
function pathOf(expression: unknown): Path | undefined {
  if (typeof expression !== 'object' || expression === null) return undefined;
  if ('Var' in expression) return isVariable(expression.Var) ? [expression.Var] : undefined;
  if (!('.' in expression)) return undefined;
  const access = expression['.'] as { left: unknown; attr: string };
  const base = pathOf(access.left);
  return base && [...base, access.attr];
}

function testedPath(expression: object): Path | undefined {
  if (!('has' in expression)) return undefined;
  const test = expression.has as { left: unknown; attr: string | string[] };
  const base = pathOf(test.left);
  return base && [...base, ...[test.attr].flat()];
}

/** Every attribute path that an expression names: what it reads, and what it only tests for by `has`. */
function* pathsIn(expression: unknown): Generator<Path> {
  if (typeof expression !== 'object' || expression === null) return;
  const path = testedPath(expression) ?? pathOf(expression);
  if (path) yield path;
  for (const inner of Object.values(expression)) yield* pathsIn(inner);
}

function isKnown([variable, ...attributes]: Path): boolean {
  let shape: unknown = SHAPES[variable];
  for (const attribute of attributes) {
    if (typeof shape !== 'object' || shape === null || !Object.hasOwn(shape, attribute)) return false;
    shape = (shape as Record<string, unknown>)[attribute];
  }
  return true;
}

/**
 * The first attribute path that our schema does not have, or undefined. Cedar's validator lets `has` name anything, so
 * `forbid … when { context.attested has uidd }` would be saved and never forbid.
 */
export function unknownPath(conditions: readonly Clause[]): string | undefined {
  for (const { body } of conditions) {
    for (const path of pathsIn(body)) if (!isKnown(path)) return path.join('.');
  }
  return undefined;
}
