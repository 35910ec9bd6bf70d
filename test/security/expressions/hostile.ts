import type { Expression } from './collect.ts';

/** From every set of characters, these are tried as what it may hold. */
const CANDIDATES = [...'a7A_-. /:=,"\'\\\n\t\0é\u2028', ...printable()];
/** A pair of runs is tried with so many others. */
const PIECES_MAX = 8;
const PAIR_TAILS = ['\0', 'x\u2028\0'];
const SAMPLES_MAX = 3;
const REPEAT_MAX = 300;
/** None of these is what an expression waits for at the end of a long run. */
const TAILS = ['', '\0', '!', '\n\0', ' x', 'x\n\0', 'x\u2028\0'];

function printable(): string[] {
  return Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
}

const ATOM =
  /\\(?:[pP]\{[^}]*\}|x[0-9a-fA-F]{2}|u\{[^}]*\}|u[0-9a-fA-F]{4}|k<[^>]*>|c[A-Z]|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|[\s\S]/y;
const OPEN = /\((?:\?(?:[:=!]|<[=!]|<[^>]*>|[ims-]+:))?/y;
const QUANTIFIER = /(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/y;

const take = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/** Characters that one atom matches. Empty for what matches a place, and for a reference to a group. */
function samplesOf(atom: string, flags: string): string[] {
  if (/^(?:[$^]|\\[bBk1-9])/.test(atom)) return [];
  const one = new RegExp(`^(?:${atom})$`, flags.replaceAll(/[gmy]/g, ''));
  return [...new Set(CANDIDATES.filter((character) => one.test(character)))].slice(0, SAMPLES_MAX);
}

/** A run to be repeated, and a text after which the expression comes to it. */
interface Attack {
  before: string;
  run: string;
}

interface Level {
  /** The text that leads to the group. */
  start: string;
  /** The text of the first alternative, with what leads to it; undefined while that is read. */
  first: string | undefined;
  looks: boolean;
}

/** Walks the expression once, and knows at each of its parts a text that leads there. */
export function attacksOn({ source, flags }: Pick<Expression, 'source' | 'flags'>): Attack[] {
  const attacks: Attack[] = [];
  const levels: Level[] = [{ start: '', first: undefined, looks: false }];
  let before = '';
  for (let at = 0; at < source.length; ) {
    const open = take(OPEN, source, at);
    if (open) {
      levels.push({ start: before, first: undefined, looks: /\?<?[=!]/.test(open[0]) });
      at += open[0].length;
      continue;
    }
    const level = levels.at(-1) as Level;
    if (source[at] === '|') {
      level.first ??= before;
      attacks.push({ before: level.start, run: before.slice(level.start.length) });
      before = level.start;
      at += 1;
      continue;
    }
    let unit: string;
    if (source[at] === ')') {
      levels.pop();
      attacks.push({ before: level.start, run: before.slice(level.start.length) });
      unit = (level.first ?? before).slice(level.start.length);
      before = level.start;
      if (level.looks) unit = '';
      at += 1;
    } else {
      const [atom] = take(ATOM, source, at) as RegExpExecArray;
      const samples = samplesOf(atom, flags);
      attacks.push(...samples.map((run) => ({ before, run })));
      unit = samples[0] ?? '';
      at += atom.length;
    }
    const quantifier = take(QUANTIFIER, source, at);
    at += quantifier?.[0].length ?? 0;
    before += unit.repeat(Math.min(Number(quantifier?.[1] ?? 1), REPEAT_MAX));
  }
  return attacks.filter(({ run }) => run !== '');
}

/** Texts of about `length` characters that make a careless expression look at each of them again and again. */
export function* hostileTexts(
  expression: Pick<Expression, 'source' | 'flags'>,
  length: number,
): Generator<string> {
  const attacks = attacksOn(expression);
  const runs = [...new Set(attacks.map(({ run }) => run))];
  const made = new Set<string>();
  const fresh = (text: string): boolean => made.size < made.add(text).size;
  const fill = (run: string): string => run.repeat(Math.ceil(length / run.length)).slice(0, length);
  for (const { before, run } of [...attacks, ...runs.map((each) => ({ before: '', run: each }))])
    for (const tail of TAILS) if (fresh(`${before} ${run} ${tail}`)) yield before + fill(run) + tail;
  // Also runs of what leads to the expression's middle: each is a start, and none comes to an end.
  const starts = [...new Set(attacks.map(({ before }) => before))].filter((before) => before !== '');
  const pieces = [...new Set(['', '-', ' ', ...runs])].slice(0, PIECES_MAX);
  for (const a of [...runs.slice(0, PIECES_MAX), ...starts])
    for (const b of pieces)
      for (const tail of PAIR_TAILS) if (fresh(`${a} ${b} ${tail} pair`)) yield fill(a + b) + tail;
}
