import { readYaml } from '../../kernel/index.ts';

/** Files that others wrote, read as data: bounded in size, aliases and nodes, so that none can fill memory or time. */

export const DOCUMENT_MAX_BYTES = 256 * 1024;
/** More than any honest file has, and few enough that what they expand to stays small. */
const ALIASES_MAX = 100;
const NODES_MAX = 50_000;
const DEPTH_MAX = 64;

/** `undefined` for what is no such document, or larger than it may be. */
export function parseYaml(text: string): unknown {
  if (Buffer.byteLength(text) > DOCUMENT_MAX_BYTES) return undefined;
  try {
    // Keys are compared each with each other: 30,000 of them would take ten seconds.
    const [document] = readYaml(text, 1, { merge: true, uniqueKeys: false });
    if (document === undefined || document.errors.length > 0) return undefined;
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch {
    return undefined;
  }
}

/** JSON, also as editors write it: comments on lines of their own and trailing commas. */
export function parseJson(text: string): unknown {
  if (Buffer.byteLength(text) > DOCUMENT_MAX_BYTES) return undefined;
  const plain = text.replace(/^[ \t]*\/\/.*$/gm, '').replace(/,(\s*[}\]])/g, '$1');
  for (const candidate of [text, plain]) {
    try {
      return JSON.parse(candidate);
    } catch {}
  }
  return undefined;
}

export type Fields = Record<string, unknown>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export interface Node {
  /** Keys from the root; places in lists are left out. */
  path: string[];
  key: string;
  value: unknown;
}

/** Every named value of a document, parents first; at most so many nodes, for aliases share what they expand to. */
export function nodesOf(document: unknown): Node[] {
  const nodes: Node[] = [];
  const visit = (value: unknown, path: string[]): void => {
    if (typeof value !== 'object' || value === null || path.length > DEPTH_MAX) return;
    for (const [key, child] of Object.entries(value)) {
      if (nodes.length >= NODES_MAX) return;
      const here = Array.isArray(value) ? path : [...path, key];
      if (!Array.isArray(value)) nodes.push({ path: here, key, value: child });
      visit(child, here);
    }
  };
  visit(document, []);
  return nodes;
}

const WORD_MAX_CHARACTERS = 200;
const WORDS_MAX = 100;

/** What goes into an entry of words that others wrote: short, each once, sorted, not too many. */
export const clamped = (words: Iterable<string>): string[] =>
  [...new Set(words)].map(clamp).sort().slice(0, WORDS_MAX);

export const clamp = (word: string): string => word.slice(0, WORD_MAX_CHARACTERS);
