import type { Facts } from '#verifier';
import { type ErrorCode, MunimentError } from '../kernel/index.ts';

export const TEXT_MAX_CHARACTERS = 4096;
const CLAIMS_MAX = 32;
const LIST_MAX = 256;
const NAME = /^[a-zA-Z][a-zA-Z0-9._-]{0,62}$/;
const NUMBER_MAX = 2 ** 32;

type Check = (value: unknown) => boolean;

/** Text that canonical JSON can hold and a terminal may show: no lone surrogates, no control characters. */
export const isText: Check = (value) =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= TEXT_MAX_CHARACTERS &&
  value.isWellFormed() &&
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  !/[\u0000-\u001f\u007f]/.test(value);

export const isNumber: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < NUMBER_MAX;

export const isTextList: Check = (value) =>
  Array.isArray(value) && value.length <= LIST_MAX && value.every(isText);

export const isRecord = (input: unknown): input is Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input);

/** Copies facts of known names and types; anything else throws `code`. An absent fact stays absent. */
export function checkedFacts(input: unknown, shape: Readonly<Record<string, Check>>, code: ErrorCode): Facts {
  if (!isRecord(input)) throw new MunimentError(code, 'facts must be an object');
  for (const [name, value] of Object.entries(input)) {
    const check = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (check?.(value) !== true) throw new MunimentError(code, `fact \`${name.slice(0, 63)}\` is not valid`);
  }
  return { ...input } as Facts;
}

const isClaim: Check = (value) =>
  isText(value) || isTextList(value) || typeof value === 'boolean' || Number.isSafeInteger(value);

/** What the caller says of itself: kept apart from what was proven, and bounded. Throws `bad_request`. */
export function checkedClaims(input: unknown): Facts {
  const entries = isRecord(input) ? Object.entries(input) : undefined;
  const fits = entries?.every(([name, value]) => NAME.test(name) && isClaim(value));
  if (entries === undefined || entries.length > CLAIMS_MAX || !fits) {
    throw new MunimentError('bad_request', 'claims are not valid');
  }
  return Object.fromEntries(entries) as Facts;
}
