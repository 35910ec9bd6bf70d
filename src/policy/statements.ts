import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { MunimentError } from '../kernel/index.ts';
import { policySetTextToParts, policyToJson } from './cedar.ts';

/** One Cedar policy of a Policy's text, which may hold several. */
export interface Statement {
  /** Place in the text, from 0. */
  index: number;
  text: string;
  json: PolicyJson;
}

export const POLICY_TEXT_MAX_BYTES = 65_536;
export const POLICY_MAX_STATEMENTS = 256;

/** Levels of brackets. Far above what a policy needs, far below what the engine's stack holds. */
const NESTING_MAX = 32;
/** Operators, members and branches of one statement: each may be one more level of the engine's recursion. */
const STEPS_MAX = 256;

const invalid = (message: string): MunimentError => new MunimentError('invalid_policy', message);

/** The engine sorts parts by their generated ids as text (`policy10` before `policy2`): put them back in order. */
function inSourceOrder(parts: string[]): string[] {
  const places = parts.map((_, index) => index);
  const sorted = places.toSorted((a, b) => (`policy${a}` < `policy${b}` ? -1 : 1));
  const ordered: string[] = [];
  for (const [position, place] of sorted.entries()) ordered[place] = parts[position] as string;
  return ordered;
}

function statement(text: string, index: number): Statement {
  const answer = policyToJson(text);
  if (answer.type === 'failure') throw invalid(`statement ${index}: ${firstMessage(answer.errors)}`);
  return { index, text, json: answer.json };
}

export const firstMessage = (errors: Array<{ message: string }>): string =>
  errors[0]?.message ?? 'the engine gave no message';

/** Strings and comments end exactly where they end for the engine, or something could hide in what we take for one. */
const TOKEN = /"(?:\\[\s\S]|[^"\\])*"?|\/\/[^\n\r]*|[([{]|[)\]}]|;|&&|\|\||[-+*!.]|\b(?:if|when|unless)\b/g;

/**
 * Attack: the engine recurses as deep as the text nests, and one overflow of its stack leaves its memory broken for every
 * decision of this process from then on. So depth is counted before it sees the text; over-counting rather than under.
 */
function checkNesting(cedar: string): void {
  let depth = 0;
  let steps = 0;
  for (const [token] of cedar.matchAll(TOKEN)) {
    if (/^["/]/.test(token)) continue;
    if (token === ';') steps = 0;
    else if (/[)\]}]/.test(token)) depth = Math.max(0, depth - 1);
    else steps += 1;
    if (/[([{]/.test(token)) depth += 1;
    if (depth > NESTING_MAX) throw invalid(`policy text nests deeper than ${NESTING_MAX}`);
    if (steps > STEPS_MAX) throw invalid(`a policy holds more than ${STEPS_MAX} operators and brackets`);
  }
}

/** Reads a policy's text. Throws `invalid_policy` where it does not parse, is empty, or holds a template. */
export function parseStatements(cedar: string): Statement[] {
  if (Buffer.byteLength(cedar) > POLICY_TEXT_MAX_BYTES)
    throw invalid(`policy text is longer than ${POLICY_TEXT_MAX_BYTES} bytes`);
  checkNesting(cedar);
  const parts = policySetTextToParts(cedar);
  if (parts.type === 'failure') throw invalid(firstMessage(parts.errors));
  if (parts.policy_templates.length > 0) throw invalid('policy templates are not supported');
  if (parts.policies.length === 0) throw invalid('policy text holds no policy');
  if (parts.policies.length > POLICY_MAX_STATEMENTS)
    throw invalid(`policy text holds more than ${POLICY_MAX_STATEMENTS} policies`);
  return inSourceOrder(parts.policies).map(statement);
}
