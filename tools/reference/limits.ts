import { code, page, table } from './markdown.ts';
import { docstringBefore, sources, textOf } from './source.ts';

/** A number with a unit or a bound in its name. Bit masks and protocol numbers have neither. */
const LIMIT = /^(?:export )?const ([A-Z][A-Z0-9_]*) = ([\d_.*+ ]+);/;
const UNITS: Record<string, string> = {
  BYTES: 'bytes',
  CHARACTERS: 'characters',
  MS: 'milliseconds',
  MILLISECONDS: 'milliseconds',
  SECONDS: 'seconds',
  DAYS: 'days',
  ITEMS: 'items',
  LINES: 'lines',
};
const BOUNDS = ['MAX', 'MIN'];

function unitOf(name: string): string | undefined {
  const words = name.split('_');
  const unit = words.findLast((word) => word in UNITS);
  if (unit !== undefined) return UNITS[unit];
  return words.some((word) => BOUNDS.includes(word)) ? '' : undefined;
}

function limitsIn(path: string): string[][] {
  const lines = textOf(path).split('\n');
  return lines.flatMap((text, line) => {
    const [, name = '', value = ''] = LIMIT.exec(text) ?? [];
    const unit = unitOf(name);
    return unit === undefined ? [] : [[code(name), code(value), unit, docstringBefore(lines, line), path]];
  });
}

/** `src/store`, `verifier`; files that are rooms by themselves stand under `src`. */
const roomOf = (path: string): string =>
  (/^(src\/[^/]+)\//.exec(path)?.[1] ?? path.split('/')[0] ?? '').replace(/\.ts$/, '');

export function limitsPage(): string {
  const rows = sources('src/**/*.ts', 'verifier/src/**/*.ts').flatMap(limitsIn);
  const rooms = Object.groupBy(rows, ([, , , , path = '']) => roomOf(path));
  const parts = Object.entries(rooms).map(([room, inRoom = []]) => {
    const head = ['limit', 'value', 'unit', 'what it bounds', 'file'];
    const cells = inRoom.map(([name = '', value = '', unit = '', words = '', path = '']) => {
      const link = `[${path.slice(room.length + 1)}](../../${path})`;
      return [name, value, unit, words, link];
    });
    return `## ${room}\n\n${table(head, cells)}`;
  });
  return page('Limits', 'Every bound that is a named constant, by room.', ...parts);
}
