import { readFile, stat } from 'node:fs/promises';

/** Names by number from one account file (passwd(5), group(5)): name first, number third. Read again when the file changes. */
export class AccountNames {
  readonly #path: string;
  #version = '';
  #names = new Map<number, string>();

  constructor(path: string) {
    this.#path = path;
  }

  /** `undefined` where the file names nobody so: users of a directory service have numbers only. */
  async nameOf(id: number): Promise<string | undefined> {
    const found = await stat(this.#path).catch(() => undefined);
    const version = found ? `${found.ino}:${found.size}:${found.ctimeMs}` : '';
    if (version !== this.#version) {
      this.#names = found ? parseAccounts(await readFile(this.#path, 'utf8')) : new Map();
      this.#version = version;
    }
    return this.#names.get(id);
  }
}

/** Where two names share a number the first one counts, as in the C library. */
export function parseAccounts(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':');
    if (!name || !id || !/^\d+$/.test(id) || names.has(Number(id))) continue;
    names.set(Number(id), name);
  }
  return names;
}
