import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What pages read of the sources' own text: docstrings, which no import gives. */

export const ROOT = join(import.meta.dirname, '../..');

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Paths from the root, sorted; tests and what only tests use are left out. */
export const sources = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: ROOT })
    .filter((path) => !path.endsWith('.test.ts') && !path.includes('/testing/'))
    .sort();

const unstar = (line: string): string =>
  line
    .trim()
    .replace(/^\/\*\*\s?/, '')
    .replace(/\s*\*\/$/, '')
    .replace(/^\*\s?/, '')
    .trim();

/** The docstring that ends on the line before this one, in one line; empty where there is none. */
export function docstringBefore(lines: readonly string[], line: number): string {
  if (!lines[line - 1]?.trim().endsWith('*/')) return '';
  let start = line - 1;
  while (/^\s*\*/.test(lines[start] ?? '')) start -= 1;
  if (!lines[start]?.trim().startsWith('/**')) return '';
  return lines.slice(start, line).map(unstar).filter(Boolean).join(' ');
}

export interface Member {
  name: string;
  /** Its type, as written. */
  type: string;
  docstring: string;
}

const MEMBER = /^ {2}(?:'([^']+)'|(\w+))\??: (.*)$/;

/** The members of an interface that stands at the top of a file, and of those that it extends. */
export function membersOf(text: string, name: string): Member[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) =>
    new RegExp(`^export interface ${name}( extends .*)? \\{$`).test(line),
  );
  if (from < 0) throw new Error(`there is no interface ${name}`);
  const bases = / extends (.*) \{$/.exec(lines[from] ?? '')?.[1]?.split(', ') ?? [];
  const members: Member[] = bases.flatMap((base) => membersOf(text, base));
  for (let line = from + 1; lines[line] !== '}'; line += 1) {
    const match = MEMBER.exec(lines[line] ?? '');
    if (!match) continue;
    const end = (match[3] ?? '').endsWith(';') ? line : lines.indexOf('  };', line);
    const type = [match[3], ...lines.slice(line + 1, end + 1).map((each) => each.slice(2))].join('\n');
    members.push({
      name: match[1] ?? match[2] ?? '',
      type: type.replace(/;$/, ''),
      docstring: docstringBefore(lines, line),
    });
  }
  return members;
}
