import { stringify } from 'yaml';
import { type Gain, type Operation, type Plan, planDigest } from '#verifier';

/** Turns ids and commitments into what a reader knows them by; undefined where nothing is known (erased). */
export type Reader = (idOrCommitment: string) => string | undefined;

const CONTEXT_LINES = 3;
/** Beyond this many cells the longest common subsequence is not sought; old lines go and new lines come. */
const DIFF_CELLS_MAX = 4_000_000;

/** The same value with ids and commitments replaced by what they stand for. */
export function readable(value: unknown, read: Reader): unknown {
  if (typeof value === 'string') return read(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => readable(item, read));
  if (typeof value !== 'object' || value === null) return value;
  if ('commitment' in value) return read(String(value.commitment)) ?? '(erased)';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner, read)]));
}

const linesOf = (spec: Operation['after'], read: Reader): string[] =>
  spec === null ? [] : stringify(readable(spec, read), { lineWidth: 0 }).trimEnd().split('\n');

/** Lengths of the longest common subsequence of every pair of tails. */
function commonTails(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const [row, below] = [table[i], table[i + 1]] as [Uint32Array, Uint32Array];
    for (let j = b.length - 1; j >= 0; j -= 1) {
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}

const marked = (mark: string, lines: readonly string[]): string[] => lines.map((line) => `${mark}${line}`);

/** Lines of both texts in order, each with ` `, `-` or `+` before it. */
export function diffLines(a: readonly string[], b: readonly string[]): string[] {
  if (a.length * b.length > DIFF_CELLS_MAX) return [...marked('-', a), ...marked('+', b)];
  const tails = commonTails(a, b);
  const at = (i: number, j: number): number => tails[i]?.[j] ?? 0;
  const out: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      out.push(` ${a[i]}`);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      out.push(`-${a[i]}`);
      i += 1;
    } else {
      out.push(`+${b[j]}`);
      j += 1;
    }
  }
  return [...out, ...marked('-', a.slice(i)), ...marked('+', b.slice(j))];
}

/** Leaves out what is far from any change, and says how much. */
function withoutFarContext(lines: readonly string[]): string[] {
  const near = lines.map((_, at) =>
    lines
      .slice(Math.max(0, at - CONTEXT_LINES), at + CONTEXT_LINES + 1)
      .some((line) => !line.startsWith(' ')),
  );
  const out: string[] = [];
  let hidden = 0;
  const tell = () => {
    if (hidden > 0) out.push(`@@ ${hidden} unchanged ${hidden === 1 ? 'line' : 'lines'} @@`);
    hidden = 0;
  };
  for (const [at, line] of lines.entries()) {
    if (near[at]) {
      tell();
      out.push(line);
    } else hidden += 1;
  }
  tell();
  return out;
}

const nameOf = ({ name, id }: Operation, read: Reader): string =>
  typeof name === 'string' ? name : (read(name.commitment) ?? id);

function operationText(operation: Operation, read: Reader): string {
  const { op, kind, before, after } = operation;
  const head = `${op} ${kind} ${shown(nameOf(operation, read))}`;
  const [old, fresh] = [linesOf(before, read).map(shown), linesOf(after, read).map(shown)];
  return [head, ...withoutFarContext(diffLines(old, fresh))].join('\n');
}

const gainText = ({ direction, subject, what }: Gain, read: Reader): string => {
  const [, id] = /^person (\S+)$/.exec(subject) ?? [];
  const who = id === undefined ? subject : `person ${read(id) ?? id}`;
  return shown(`${direction === 'gains' ? '+' : '-'} ${who} ${direction} ${what}`);
};

/**
 * Attack: a title with a line of its own, or a code that redraws the terminal, shows whoever approves another plan than the
 * one that is signed. So in each line, what is no character to be read is shown by its number.
 */
const shown = (line: string): string =>
  line.replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A plan as people read it before they sign: a unified difference of each thing, then who gains and loses what. */
export function planText(plan: Plan, read: Reader): string {
  const head = [
    `change ${plan.change}: ${shown(plan.title)}`,
    `reason: ${shown(plan.reason)}`,
    `proposed by: ${shown(read(plan.proposer) ?? plan.proposer)}`,
    `plan digest: ${planDigest(plan)}`,
  ].join('\n');
  const gains = plan.gains.map((gain) => gainText(gain, read));
  const who = [
    'who gains and loses what',
    ...(gains.length > 0 ? gains : ['nobody gains or loses anything']),
  ];
  return `${[head, ...plan.operations.map((each) => operationText(each, read)), who.join('\n')].join('\n\n')}\n`;
}
