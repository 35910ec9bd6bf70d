export type Cell = string | number | boolean | null;

/**
 * What a spreadsheet would run as a formula, or strip to reach one. Such a cell gets an apostrophe before it, since whoever
 * names an identity must not have a program run on the auditor's desk.
 */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;
/** Tabs and semicolons too: some spreadsheets split at them. */
const QUOTED = /[",;\t\r\n]|^\s|\s$/;

const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

function encodeCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = guarded(cell.toWellFormed());
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line as RFC 4180 has it, but for the LF at its end. */
export const encodeRow = (cells: readonly Cell[]): string => `${cells.map(encodeCell).join(',')}\n`;
