import { MunimentError } from '../../kernel/index.ts';
import type { ObservationView } from '../read/observations.ts';
import { BYTE_ORDER_MARK, csvLine } from './csv.ts';

/** The inventory as a file. */

export type ExportFormat = 'csv' | 'json' | 'xlsx';

/** Rows of one file that is written as it is read. */
export const EXPORT_ROWS_MAX = 1_000_000;
/** A workbook is made in memory. */
export const WORKBOOK_ROWS_MAX = 50_000;
/** What one cell of a workbook holds (ECMA-376; Excel refuses a longer one). */
const CELL_MAX_CHARACTERS = 32_767;

const COLUMNS: Array<[name: string, value: (row: ObservationView) => unknown]> = [
  ['key', ({ key }) => key],
  ['source', ({ source }) => source],
  ['partition', ({ partition }) => partition],
  ['class', (row) => row.class],
  ['kind', ({ attributes }) => attributes.kind],
  ['label', ({ label }) => label],
  ['present', ({ present }) => present],
  ['first seen', ({ firstSeen }) => firstSeen],
  ['last changed', ({ lastChanged }) => lastChanged],
  ['created', ({ attributes }) => attributes.created],
  ['last used', ({ attributes }) => attributes.lastUsed],
  ['expires', ({ attributes }) => attributes.expires],
  ['administrator', ({ attributes }) => attributes.administrator],
  ['owner told', ({ attributes }) => attributes.owner],
  ['claimed for', ({ identity }) => identity && (identity.name ?? identity.id)],
  [
    'decision',
    ({ disposed }) => disposed && !disposed.lapsed && `${disposed.disposition} until ${disposed.until}`,
  ],
  ['attributes', ({ attributes }) => JSON.stringify(attributes)],
];

/** Nothing where there is nothing: an attribute that is absent and one that is null differ in `attributes`. */
const text = (value: unknown): string =>
  value === null || value === undefined || value === false ? '' : String(value);
const cells = (row: ObservationView): string[] =>
  COLUMNS.map(([name, value]) => (name === 'present' ? String(row.present) : text(value(row))));
const HEADERS = COLUMNS.map(([name]) => name);

type Pages = AsyncIterable<ObservationView[]>;

async function* csv(pages: Pages): AsyncIterable<string> {
  yield BYTE_ORDER_MARK + csvLine(HEADERS);
  for await (const rows of pages) yield rows.map((row) => csvLine(cells(row))).join('');
}

/** One array; a file that broke off is no JSON, so nobody takes it for the whole. */
async function* json(pages: Pages): AsyncIterable<string> {
  let lead = '[\n';
  for await (const rows of pages) {
    for (const row of rows) {
      yield lead + JSON.stringify(row);
      lead = ',\n';
    }
  }
  yield lead === '[\n' ? '[]\n' : '\n]\n';
}

/** Every cell is text: a workbook runs only what is written as a formula. */
async function* workbook(pages: Pages): AsyncIterable<Uint8Array> {
  const { default: writeExcelFile } = await import('write-excel-file/node');
  const rows: string[][] = [HEADERS];
  for await (const page of pages) {
    rows.push(...page.map((row) => cells(row).map((cell) => cell.slice(0, CELL_MAX_CHARACTERS))));
  }
  const data = rows.map((row) => row.map((value) => ({ value, type: String })));
  yield await writeExcelFile(data, { sheet: 'Inventory' }).toBuffer();
}

const WRITERS: Record<ExportFormat, (pages: Pages) => AsyncIterable<string | Uint8Array>> = {
  csv,
  json,
  xlsx: workbook,
};

export const EXPORT_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** Refuses what is too long before the first byte is sent. @throws MunimentError `bad_request` */
export function checkRows(format: ExportFormat, rows: number): void {
  const most = format === 'xlsx' ? WORKBOOK_ROWS_MAX : EXPORT_ROWS_MAX;
  if (rows > most)
    throw new MunimentError(
      'bad_request',
      `a file of this format holds at most ${most} rows, and this would be ${rows}: narrow the filter`,
    );
}

/** The file in pieces. */
export const exported = (format: ExportFormat, pages: Pages): AsyncIterable<string | Uint8Array> =>
  WRITERS[format](pages);
