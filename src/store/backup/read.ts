import { damaged, parsed, TableDigest, type TableEnd } from './format.ts';

/** Longer than any row: a body of a megabyte, in base64. */
const LINE_MAX_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 10;

/** The lines of a backup, one after the other; a file that ends within a line was cut. */
export class BackupLines {
  readonly #lines: AsyncGenerator<string>;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#lines = split(bytes);
  }

  /** @throws MunimentError `backup_damaged` at the end */
  async next(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw damaged('it ends too early');
    return value;
  }

  /** Rows of the table `name`, whose digest is checked when the last was taken. */
  async *rows(name: string, ends: Map<string, TableEnd>): AsyncGenerator<string> {
    const start = parsed(await this.next(), name) as { table?: unknown };
    if (start.table !== name) throw damaged(`\`${name}\` is not where it should be`);
    const digest = new TableDigest();
    for (;;) {
      const line = await this.next();
      if (!line.startsWith('[')) {
        checkEnd(name, line, digest.end(), ends);
        return;
      }
      digest.add(line);
      yield line;
    }
  }

  async end(): Promise<void> {
    if (!(await this.#lines.next()).done) throw damaged('something follows its end');
  }
}

function checkEnd(name: string, line: string, found: TableEnd, ends: Map<string, TableEnd>): void {
  const said = parsed(line, name) as Partial<TableEnd>;
  if (said.rows !== found.rows || said.sha256 !== found.sha256) {
    throw damaged(`\`${name}\` is not the table that was saved`);
  }
  ends.set(name, found);
}

async function* split(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      yield text([...parts, chunk.subarray(from, at)]);
      [parts, held, from] = [[], 0, at + 1];
    }
    held += chunk.length - from;
    if (held > LINE_MAX_BYTES) throw damaged(`a line is longer than ${LINE_MAX_BYTES} bytes`);
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (held > 0) throw damaged('it ends within a line');
}

function text(parts: Uint8Array[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch (cause) {
    throw damaged('it is not UTF-8', cause);
  }
}
