import type { Random } from './random.ts';

/** Changes to bytes: some blind, some that know JSON, base64 and numbers, so that what lies behind a first check is reached. */

export const INPUT_MAX_BYTES = 64 * 1024;

/** Words that parsers of ours and of others have stumbled over. */
const WORDS = [
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\ud800',
  '\r\n',
  '\ufeff',
  '..',
  '%00',
  '${x',
  '-1',
  '0',
  '1e999',
  '9007199254740993',
  '-0',
  'null',
  'NaN',
  '[[[[[[[[',
  '{"a":',
  '&a *a',
  '<<: *a',
  '!!binary',
  '"""',
  "'",
  '\\',
  '—',
  '==',
  'ſ',
  'İ',
];

const ODD_VALUES: unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e21,
  2 ** 53,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '__proto__',
  'a'.repeat(300),
  [],
  {},
  [[]],
  { a: { b: {} } },
];

type Mutation = (bytes: Buffer, random: Random, words: readonly string[]) => Buffer;

const splice = (bytes: Buffer, at: number, cut: number, put: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);

const flip: Mutation = (bytes, random) => {
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length);
  if (copy.length > 0) copy[at] = (copy[at] as number) ^ (1 << random.below(8));
  return copy;
};

const overwrite: Mutation = (bytes, random) =>
  splice(
    bytes,
    random.below(bytes.length),
    1,
    Buffer.from([random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)])]),
  );

const cut: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  return splice(bytes, at, 1 + random.below(bytes.length - at), Buffer.alloc(0));
};

const double: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  const part = bytes.subarray(at, at + 1 + random.below(64));
  const times = random.chance(20) ? 500 : 1 + random.below(8);
  return splice(bytes, at, 0, Buffer.concat(Array.from({ length: times }, () => part)));
};

const word: Mutation = (bytes, random, words) =>
  splice(
    bytes,
    random.below(bytes.length + 1),
    random.below(6),
    Buffer.from(random.pick([...words, ...WORDS])),
  );

const swapLines: Mutation = (bytes, random) => {
  const lines = bytes.toString('latin1').split('\n');
  const [line = ''] = lines.splice(random.below(lines.length), 1);
  lines.splice(random.below(lines.length + 1), 0, line);
  return Buffer.from(lines.join('\n'), 'latin1');
};

const number: Mutation = (bytes, random) => {
  const text = bytes.toString('latin1');
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return flip(bytes, random, []);
  const { index, 0: digits } = random.pick(numbers);
  const other = random.pick(['0', '-1', '256', '65536', '4294967296', '1e309', `${digits}0`, '00']);
  return splice(bytes, index, digits.length, Buffer.from(other));
};

/** Replaces, drops or doubles one value of a document. */
export function changeValue(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(6)) return random.pick(ODD_VALUES);
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  const name = random.pick(Object.keys(copy));
  const way = name === undefined ? 0 : random.below(8);
  if (name === undefined || way === 0) copy[random.pick(WORDS)] = random.pick(ODD_VALUES);
  else if (way === 1) delete copy[name];
  else copy[name] = changeValue(copy[name], random);
  return copy;
}

const json: Mutation = (bytes, random, words) => {
  try {
    return Buffer.from(JSON.stringify(changeValue(JSON.parse(bytes.toString()), random)));
  } catch {
    return word(bytes, random, words);
  }
};

const BASE64 = /[A-Za-z0-9_+/-]{12,}={0,2}/g;

/** Changes what a run of base64 or base64url stands for. */
const encoded: Mutation = (bytes, random, words) => {
  const found = [...bytes.toString('latin1').matchAll(BASE64)];
  if (found.length === 0) return word(bytes, random, words);
  const { index, 0: text } = random.pick(found);
  const inside = random.pick([json, flip, cut, word])(Buffer.from(text, 'base64'), random, words);
  const form = /[-_]/.test(text) || !/[+/=]/.test(text) ? 'base64url' : 'base64';
  return splice(bytes, index, text.length, Buffer.from(inside.toString(form)));
};

const MUTATIONS: Mutation[] = [flip, overwrite, cut, double, word, swapLines, number, json, json, encoded];

/** One to five changes, one after another. `words`: what this format is made of. */
export function mutate(bytes: Buffer, random: Random, words: readonly string[] = []): Buffer {
  let changed = bytes;
  for (let times = 1 + random.below(5); times > 0; times -= 1) {
    changed = random.pick(MUTATIONS)(changed, random, words);
  }
  return changed.subarray(0, INPUT_MAX_BYTES);
}

/** The beginning of one input and the end of another. */
export const cross = (a: Buffer, b: Buffer, random: Random): Buffer =>
  Buffer.concat([a.subarray(0, random.below(a.length + 1)), b.subarray(random.below(b.length + 1))]);
