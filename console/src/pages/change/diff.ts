import type { Operation } from '../../../../verifier/src/words/resources.ts';
import type { Names } from '../../lib/names.ts';

export type PlanStep = Operation;

export interface DiffLine {
  change: 'same' | 'added' | 'removed';
  text: string;
  /** Its place in the old text for a removed line, else in the new one. */
  at: number;
}

export interface FieldDiff {
  path: string;
  lines: DiffLine[];
}

type Json = Record<string, unknown>;

/** Past this many lines on both sides a field is shown as replaced whole: the comparison costs their product. */
const LINES_MAX = 400;

const isCommitment = (value: unknown): value is { commitment: string } =>
  typeof value === 'object' && value !== null && 'commitment' in value;

/** One value as lines of text; ids by their names, personal values by the start of their commitment. */
function linesOf(value: unknown, names: Names): string[] {
  if (value === undefined || value === null) return [];
  if (isCommitment(value)) return [`personal value, committed as ${value.commitment.slice(0, 12)}…`];
  if (typeof value === 'string') return (names[value] ?? value).split('\n');
  if (Array.isArray(value)) return value.flatMap((item) => linesOf(item, names));
  if (typeof value === 'object') {
    return Object.entries(value).map(([name, item]) => `${name}: ${linesOf(item, names).join(', ')}`);
  }
  return [String(value)];
}

/** Longest common subsequence, by lengths from the end: `table[i][j]` is that of `old[i…]` and `now[j…]`. */
function commonLengths(old: string[], now: string[]): number[][] {
  const table = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const row = table[i] as number[];
      row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  return table;
}

const all = (change: DiffLine['change'], lines: string[]): DiffLine[] =>
  lines.map((text, at) => ({ change, text, at }));

/** Line by line: what goes, what comes, what stays. */
export function diffLines(old: string[], now: string[]): DiffLine[] {
  if (old.length > LINES_MAX || now.length > LINES_MAX) return [...all('removed', old), ...all('added', now)];
  const common = commonLengths(old, now);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && old[i] === now[j]) {
      lines.push({ change: 'same', text: now[j] ?? '', at: j });
      i += 1;
      j += 1;
    } else if (
      i < old.length &&
      (j >= now.length || (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))
    ) {
      lines.push({ change: 'removed', text: old[i] ?? '', at: i });
      i += 1;
    } else {
      lines.push({ change: 'added', text: now[j] ?? '', at: j });
      j += 1;
    }
  }
  return lines;
}

/** One field as it stands and as it would stand. */
export const fieldOf = (path: string, old: unknown, now: unknown, names: Names = {}): FieldDiff => ({
  path,
  lines: diffLines(linesOf(old, names), linesOf(now, names)),
});

/** The fields of a step, those that change first. */
export function fieldsOf({ before, after }: PlanStep, names: Names): FieldDiff[] {
  const old = (before ?? {}) as unknown as Json;
  const now = (after ?? {}) as unknown as Json;
  const paths = [...new Set([...Object.keys(now), ...Object.keys(old)])];
  const fields = paths.map((path) => fieldOf(path, old[path], now[path], names));
  const changes = (field: FieldDiff) => field.lines.some(({ change }) => change !== 'same');
  return [...fields.filter(changes), ...fields.filter((field) => !changes(field))];
}
