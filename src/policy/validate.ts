import type { ValidationError } from '@cedar-policy/cedar-wasm/nodejs';
import type { Action } from '#verifier';
import { MunimentError } from '../kernel/index.ts';
import { validate } from './cedar.ts';
import { unknownPath } from './paths.ts';
import { SCHEMA } from './schema.ts';
import { actionsOf } from './scope.ts';
import { firstMessage, parseStatements, type Statement } from './statements.ts';

const invalid = (message: string): MunimentError => new MunimentError('invalid_policy', message);

const withoutGeneratedId = (message: string): string => message.replace(/^for policy `policy\d+`[,:] /, '');

function describe({ error }: ValidationError): string {
  const message = withoutGeneratedId(error.message);
  return error.help ? `${message} (${withoutGeneratedId(error.help)})` : message;
}

function checkStatement({ index, text, json }: Statement): void {
  const unknown = unknownPath(json.conditions);
  if (unknown) throw invalid(`statement ${index}: unknown attribute \`${unknown}\``);
  const answer = validate({ schema: SCHEMA, policies: { staticPolicies: text } });
  if (answer.type === 'failure') throw invalid(`statement ${index}: ${firstMessage(answer.errors)}`);
  // A warning refuses too: a policy that can never apply is a mistake, and a forbid of that kind a hole.
  const fault = answer.validationErrors[0] ?? answer.validationWarnings[0];
  if (fault) throw invalid(`statement ${index}: ${describe(fault)}`);
}

/**
 * Checks a policy's text against our schema, strictly.
 * Throws `invalid_policy`, naming the unknown attribute path where that is the fault.
 */
export function validatePolicy(cedar: string): void {
  for (const statement of parseStatements(cedar)) checkStatement(statement);
}

export type NamedKind = 'Identity' | 'Application' | 'Profile';

const NAMED = /^Muniment::(Identity|Application|Profile)$/;

function* entitiesIn(json: unknown): Generator<{ kind: NamedKind; name: string }> {
  if (typeof json !== 'object' || json === null) return;
  const { type, id } = json as { type?: unknown; id?: unknown };
  const kind = typeof type === 'string' ? NAMED.exec(type)?.[1] : undefined;
  if (kind && typeof id === 'string') yield { kind: kind as NamedKind, name: id };
  for (const inner of Object.values(json)) yield* entitiesIn(inner);
}

/** Declared things that a policy names, so that a misspelt one (a forbid that forbids nobody) can be refused. */
export function policyReferences(cedar: string): Array<{ kind: NamedKind; name: string }> {
  return parseStatements(cedar).flatMap(({ json }) => [...entitiesIn(json)]);
}

/** What one statement gives or withholds, in words; conditions are only said to be there. */
export interface PolicyGrant {
  effect: 'permit' | 'forbid';
  /** `identity payments-api`, `application payments`, `profile read-only`, `every identity`. */
  principal: string;
  actions: readonly Action[];
  conditional: boolean;
  index: number;
}

/** Who is permitted or forbidden what by a policy's text. */
export const policyGrants = (cedar: string): PolicyGrant[] =>
  parseStatements(cedar).map(({ index, json }) => {
    const [who] = entitiesIn(json.principal);
    return {
      effect: json.effect,
      principal: who ? `${who.kind.toLowerCase()} ${who.name}` : 'every identity',
      actions: actionsOf(json),
      conditional: json.conditions.length > 0,
      index,
    };
  });
