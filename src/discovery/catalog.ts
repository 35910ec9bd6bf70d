import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MunimentError } from '../kernel/index.ts';
import type { SourceType } from './contract.ts';

const FOLDER = join(import.meta.dirname, 'connectors');
const WORD = /^[a-z][a-z0-9-]{0,30}$/;

/** Every connector there is, by its word. */
export interface Catalog {
  words(): string[];
  /** Throws `not_found`. */
  type(word: string): Promise<SourceType>;
}

/** A connector is a folder whose `connector.ts` exports `source`: nothing else has to know of it, and nothing loads it before it is asked for. */
export function createCatalog(more: readonly SourceType[] = []): Catalog {
  const given = new Map(more.map((each) => [each.type, each]));
  const words = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && WORD.test(entry.name))
    .map(({ name }) => name);
  const all = [...new Set([...given.keys(), ...words])].sort();
  return {
    words: () => all,
    async type(word) {
      const known = given.get(word);
      if (known !== undefined) return known;
      if (!words.includes(word)) throw new MunimentError('not_found', `there is no source type \`${word}\``);
      const module: { source: SourceType } = await import(`./connectors/${word}/connector.ts`);
      return module.source;
    },
  };
}
