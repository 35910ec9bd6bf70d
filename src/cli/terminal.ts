import { isMunimentError, MunimentError } from '../kernel/index.ts';

export const EXIT_REFUSED = 1;
export const EXIT_USAGE = 2;

/** Usage errors are the caller's to mend; everything else was refused or failed. */
const USAGE_CODES: ReadonlySet<string> = new Set(['unknown_option', 'unknown_key']);

/** Names come from outside: control characters could redraw the terminal or hide a line, so they are shown escaped. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });

export type Cell = string | number | boolean | null | undefined;

const cell = (value: Cell): string =>
  value === null || value === undefined ? '–' : printable(String(value));

/** Columns padded to their widest cell; nothing but a hint where there are no rows. */
export function table(headers: string[], rows: Cell[][], empty: string): string {
  if (rows.length === 0) return empty;
  const lines = [headers, ...rows.map((row) => row.map(cell))];
  const widths = headers.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Prints one answer: as it came with `--json`, otherwise as people read it. */
export function print(answer: unknown, json: boolean | undefined, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(answer, null, 2) : text()}\n`);
}

export const note = (text: string): void => void process.stderr.write(`${text}\n`);

const SPINNER_AFTER_MS = 1000;
const SPINNER_EVERY_MS = 250;

/** Says on a terminal that work goes on, once it has gone on for more than a second. */
export async function withProgress<T>(what: string, work: Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work;
  const started = Date.now();
  const timer = setInterval(() => {
    const elapsed = Date.now() - started;
    if (elapsed >= SPINNER_AFTER_MS) process.stderr.write(`\r${what} … ${Math.floor(elapsed / 1000)} s `);
  }, SPINNER_EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (Date.now() - started >= SPINNER_AFTER_MS) process.stderr.write('\r\u001b[K');
  }
}

/** One clear line, and the exit code that goes with it; never a stack trace. */
export function fail(error: unknown): number {
  const known = isMunimentError(error)
    ? error
    : new MunimentError('internal', 'something went wrong inside', { cause: error });
  const where = known.path === undefined ? '' : ` (at ${known.path})`;
  note(`muniment: ${printable(known.message)}${where} [${known.code}]`);
  if (known.code === 'internal' && process.env.MUNIMENT_CLI_DEBUG === '1')
    note(String((error as Error)?.stack ?? error));
  return USAGE_CODES.has(known.code) ? EXIT_USAGE : EXIT_REFUSED;
}
