import { createHash } from 'node:crypto';

/** What neither a database nor canonical JSON can hold: NUL, and half of a surrogate pair. */
const isUnstorable = (text: string): boolean => text.includes('\u0000') || !text.isWellFormed();

const DISTINCT_HEX_CHARACTERS = 8;

/**
 * Text that can be recorded. INVARIANT: two texts stay two; else somebody who may name things could hide one behind another by a
 * name that differs in such a character alone.
 */
export function cleanText(text: string): string {
  if (!isUnstorable(text)) return text;
  const told = createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex');
  return `${text.toWellFormed().replaceAll('\u0000', '\ufffd')} (${told.slice(0, DISTINCT_HEX_CHARACTERS)})`;
}

const isPlain = (value: object): value is Record<string, unknown> =>
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** An item of a provider with all its text, and the names of its fields, such as can be recorded. What is clean is given back as it is. */
export function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const members = value.map(clean);
    return members.some((member, at) => member !== value[at]) ? members : value;
  }
  if (!isPlain(value)) return value;
  const fields = Object.entries(value).map(([name, each]) => [cleanText(name), clean(each)] as const);
  const isChanged = fields.some(([name, each]) => !Object.hasOwn(value, name) || each !== value[name]);
  return isChanged ? Object.fromEntries(fields) : value;
}
