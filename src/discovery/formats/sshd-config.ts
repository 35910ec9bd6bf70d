/** The settings of an sshd_config(5) that hold for every login, by keyword in lower case. */
export interface SshdSettings {
  /** The first value that stands: that is the one that counts. */
  values: Map<string, string>;
  matchBlocks: number;
  /** Keywords, in lower case, that `Match` blocks give other values for some logins. */
  inMatch: Set<string>;
}

const KEYWORD = /^[A-Za-z][A-Za-z0-9]*(?=[\s=])/;

/** A line's keyword in lower case and its value, between which stands space or one equals sign; two empty ones for any other line. */
function settingOf(line: string): [keyword: string, value: string] {
  const text = line.trim();
  const [keyword] = KEYWORD.exec(text) ?? [];
  if (keyword === undefined) return ['', ''];
  const rest = text.slice(keyword.length).trimStart();
  return [keyword.toLowerCase(), rest.startsWith('=') ? rest.slice(1).trimStart() : rest];
}
const INCLUDES_MAX_DEPTH = 16;

const unquoted = (value: string): string => value.replace(/^"([^"]*)"$/, '$1');

/** Paths that an Include line names are handed to `included`, which answers with the texts that stand there, in order. */
export type Included = (pattern: string) => Promise<string[]>;

/** A `Match` runs to the end of its file; files that an Include names are read in its place. */
export async function readSshdConfig(text: string, included: Included): Promise<SshdSettings> {
  const settings: SshdSettings = { values: new Map(), matchBlocks: 0, inMatch: new Set() };
  await read(settings, text, included, 0);
  return settings;
}

async function read(settings: SshdSettings, text: string, included: Included, depth: number): Promise<void> {
  let inMatch = false;
  for (const line of text.split('\n')) {
    const [word, value] = settingOf(line);
    if (word === 'match') {
      inMatch = true;
      settings.matchBlocks += 1;
    } else if (word === 'include' && depth < INCLUDES_MAX_DEPTH && !inMatch) {
      for (const pattern of value.split(/\s+/))
        for (const each of await included(unquoted(pattern))) await read(settings, each, included, depth + 1);
    } else if (inMatch && word !== '') {
      settings.inMatch.add(word);
    } else if (word !== '' && !settings.values.has(word)) {
      settings.values.set(word, unquoted(value));
    }
  }
}
