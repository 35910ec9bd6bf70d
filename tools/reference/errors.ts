import { ERRORS } from '../../src/kernel/index.ts';
import { code, page, table } from './markdown.ts';
import { textOf } from './source.ts';

/** Codes by the headings that stand over them in the source. */
function groups(): Array<{ heading: string; codes: string[] }> {
  const found: Array<{ heading: string; codes: string[] }> = [];
  for (const line of textOf('src/kernel/errors.ts').split('\n')) {
    const heading = /^ {2}\/\/ (.+)$/.exec(line)?.[1];
    const name = /^ {2}(\w+): \d{3},$/.exec(line)?.[1];
    if (heading !== undefined) found.push({ heading, codes: [] });
    if (name !== undefined) found.at(-1)?.codes.push(name);
  }
  return found;
}

export function errorsPage(): string {
  const parts = groups().map(({ heading, codes }) => {
    const rows = codes.map((name) => [code(name), ERRORS[name as keyof typeof ERRORS]]);
    return `## ${heading.charAt(0).toUpperCase()}${heading.slice(1)}\n\n${table(['code', 'HTTP status'], rows)}`;
  });
  return page(
    'Errors',
    'Every error that leaves Muniment has a code of this closed list and a status; over HTTP it is `application/problem+json` with `code`, and `path` where one part of the request is at fault.',
    ...parts,
  );
}
