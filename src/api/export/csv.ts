/** RFC 4180, line by line; UTF-8 with a mark, without which spreadsheets guess another encoding. */
export const BYTE_ORDER_MARK = '\ufeff';
const LINE_END = '\r\n';

/** Spreadsheets run what begins so as a formula, and names here are written by others (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

function field(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One record, with its line end. */
export const csvLine = (fields: readonly string[]): string => fields.map(field).join(',') + LINE_END;
