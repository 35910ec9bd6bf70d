/** Rewrites the table of calls in the README of every source, from the operations that its connector declares. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SourceType } from '../src/discovery/contract.ts';
import { code, table } from './reference/markdown.ts';
import { ROOT } from './reference/source.ts';

const CONNECTORS = 'src/discovery/connectors';
const BEGIN = '<!-- operations -->';
const END = '<!-- /operations -->';

export interface SourceReadme {
  /** Of the README, from the root of the checkout. */
  path: string;
  source: SourceType;
}

/** Every source that there is a folder of, by name. */
export async function sourceReadmes(): Promise<SourceReadme[]> {
  const connectors = globSync(`${CONNECTORS}/*/connector.ts`, { cwd: ROOT }).sort();
  return Promise.all(
    connectors.map(async (connector) => {
      const { source } = await import(pathToFileURL(join(ROOT, connector)).href);
      return { path: join(dirname(connector), 'README.md'), source };
    }),
  );
}

/** Names of the listings that an operation is made for; one that no listing names is made when the source is opened. */
const usedFor = ({ listings }: SourceType, operation: string): string =>
  listings
    .filter(({ operations }) => operations.includes(operation))
    .map(({ listing }) => code(listing))
    .join(', ') || 'opening';

/** Each operation with the least privilege that allows it, the listings that take it, and why it is a read. */
export function operationsTable(source: SourceType): string {
  const rows = source.operations.map(({ name, privilege, note = '' }) => [
    code(name),
    privilege,
    usedFor(source, name),
    note,
  ]);
  return table(['operation', 'least privilege', 'for', 'note'], rows);
}

/**
 * The README with its table as the connector has it now.
 * @throws Error where it has no place for one
 */
export function withOperations(readme: string, source: SourceType): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(`the README of ${source.type} has no ${BEGIN} with a ${END} after it`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${operationsTable(source)}\n\n${readme.slice(end)}`;
}

export async function writeSourceReadmes(): Promise<void> {
  for (const { path, source } of await sourceReadmes()) {
    const readme = readFileSync(join(ROOT, path), 'utf8');
    writeFileSync(join(ROOT, path), withOperations(readme, source));
    console.log(path);
  }
}

if (import.meta.main) await writeSourceReadmes();
