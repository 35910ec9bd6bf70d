/** Fields of one line at a time, RFC 4180; UTF-8 with a mark, without which spreadsheets guess another encoding. */
const BYTE_ORDER_MARK = '\ufeff';
const LINE_END = '\r\n';

/** Spreadsheets run what begins so as a formula, and names here are written by others (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

function field(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const toCsv = (lines: string[][]): string =>
  BYTE_ORDER_MARK + lines.map((line) => line.map(field).join(',') + LINE_END).join('');

/** Gives the browser a file to keep. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
