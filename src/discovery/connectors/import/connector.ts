import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { z } from 'zod';
import { defineSource, type Fault, type RawPage, type Session } from '../../contract.ts';
import { asSourceError, SourceError } from '../../source-error.ts';
import { listings, READ } from './mapping.ts';
import { checkColumns, type MappingFile, parseMapping } from './mapping-file.ts';
import { itemOf, type Row } from './rows.ts';

export const FILE_MAX_BYTES = 64 * 1024 * 1024;
export const ROWS_PER_PAGE = 1_000;

const path = z.string().refine(isAbsolute, 'is no absolute path');
const settings = z.strictObject({
  /** `.csv` (RFC 4180, with a line of headings) or `.json` (a list of objects). */
  file: path.refine((name) => /\.(?:csv|json)$/i.test(name), 'is no .csv or .json file'),
  /** YAML. */
  mapping: path,
});
type ImportSettings = z.output<typeof settings>;

async function textOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > FILE_MAX_BYTES)
      throw new SourceError('denied', `larger than ${FILE_MAX_BYTES} bytes`);
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EACCES' ? new SourceError('denied', 'no permission') : asSourceError(error);
  }
}

interface Table {
  columns: string[];
  rows: Row[];
  /** What broke the reading off: rows before it stand. */
  errors: Fault[];
}

/** Cells are text: what a spreadsheet would take for a formula is a name like any other. */
async function csvTable(text: string): Promise<Table> {
  const { parse } = await import('csv-parse/sync');
  const [columns, rows, errors]: [string[], Row[], Fault[]] = [[], [], []];
  const take = (cells: string[]): null => {
    if (columns.length === 0) columns.push(...cells);
    else rows.push(Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])));
    return null;
  };
  try {
    parse(text, { bom: true, on_record: (cells) => take(cells as unknown as string[]) });
  } catch {
    errors.push({
      what: `row ${rows.length + 1}`,
      why: 'is not CSV: cut short, or with another number of cells',
    });
  }
  if (columns.length === 0) throw new SourceError('failed', 'the file has no line of headings');
  if (new Set(columns).size < columns.length) throw new SourceError('failed', 'two columns have one name');
  return { columns, rows, errors };
}

const cellOf = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

function jsonTable(text: string): Table {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw new SourceError('failed', 'the file is not JSON');
  }
  const parsed = z.array(z.record(z.string(), z.unknown())).safeParse(list);
  if (!parsed.success) throw new SourceError('failed', 'the file is no list of objects');
  const rows = parsed.data.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(value)])),
  );
  return { columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows, errors: [] };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function* rowPages(file: string, text: string, mapping: MappingFile): AsyncGenerator<RawPage> {
  const { columns, rows, errors } = await (/\.csv$/i.test(file) ? csvTable(text) : jsonTable(text));
  if (rows.length > 0 || columns.length > 0) checkColumns(mapping, columns);
  const { claim } = mapping;
  const denied = claim.complete
    ? []
    : [{ what: `rest of \`${claim.system}\``, why: 'the file does not claim to be complete' }];
  for (let at = 0; at === 0 || at < rows.length; at += ROWS_PER_PAGE) {
    const end = at + ROWS_PER_PAGE >= rows.length;
    const items = rows
      .slice(at, at + ROWS_PER_PAGE)
      .map((row, index) => itemOf(mapping, row, at + index + 1));
    const told = end ? { denied, errors } : {};
    yield { operation: READ, request: { from: at }, items, end, providerCount: claim.rows, ...told };
  }
}

/** What is said of the file, in the clear: who made it stands as a commitment in the page of the claim. */
const whereOf = (file: string, text: string, { claim }: MappingFile): string[] => [
  `${basename(file)}, SHA-256 ${sha256(text)}`,
  `claim: ${claim.complete ? 'all' : 'a part'} of \`${claim.system}\`, ${claim.rows} rows, made ${claim.madeAt}: ${claim.how}`,
];

async function open({ file, mapping: mappingPath }: ImportSettings): Promise<Session> {
  const mapping = parseMapping(await textOf(mappingPath));
  const text = await textOf(file);
  const where = whereOf(file, text, mapping);
  return {
    partitions: async () => [{ partition: mapping.claim.system, scope: { claim: where, rows: where } }],
    async *read(_, listing) {
      if (listing === 'rows') yield* rowPages(file, text, mapping);
      else
        yield {
          operation: READ,
          request: {},
          items: [{ ...mapping.claim, sha256: sha256(text) }],
          end: true,
        };
    },
    close: async () => undefined,
  };
}

export const source = defineSource<ImportSettings>({
  type: 'import',
  version: 1,
  title: 'CSV or JSON file',
  settings,
  hostSettings: ['file', 'mapping'],
  secrets: {},
  operations: [{ name: READ, privilege: 'read permission of the file and of its mapping file' }],
  listings,
  open,
});
