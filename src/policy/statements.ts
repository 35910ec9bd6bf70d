import { type PolicyJson, policySetTextToParts, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { MunimentError } from '../kernel/index.ts';

/** One Cedar policy of a Policy's text, which may hold several. */
export interface Statement {
  /** Place in the text, from 0. */
  index: number;
  text: string;
  json: PolicyJson;
}

export const POLICY_TEXT_MAX_BYTES = 65_536;
export const POLICY_MAX_STATEMENTS = 256;

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

/** Reads a policy's text. Throws `invalid_policy` where it does not parse, is empty, or holds a template. */
export function parseStatements(cedar: string): Statement[] {
  if (Buffer.byteLength(cedar) > POLICY_TEXT_MAX_BYTES)
    throw invalid(`policy text is longer than ${POLICY_TEXT_MAX_BYTES} bytes`);
  const parts = policySetTextToParts(cedar);
  if (parts.type === 'failure') throw invalid(firstMessage(parts.errors));
  if (parts.policy_templates.length > 0) throw invalid('policy templates are not supported');
  if (parts.policies.length === 0) throw invalid('policy text holds no policy');
  if (parts.policies.length > POLICY_MAX_STATEMENTS)
    throw invalid(`policy text holds more than ${POLICY_MAX_STATEMENTS} policies`);
  return inSourceOrder(parts.policies).map(statement);
}
