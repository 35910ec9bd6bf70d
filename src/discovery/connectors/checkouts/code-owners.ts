import type { Reader } from '../../files/reader.ts';
import { SourceError, toFaults } from '../../source-error.ts';

/** Where GitHub and GitLab look, in their order: the first that is there counts. */
const PLACES = ['/.github/CODEOWNERS', '/CODEOWNERS', '/docs/CODEOWNERS', '/.gitlab/CODEOWNERS'];
const RULES_MAX = 5_000;

interface Rule {
  takes: RegExp;
  owners: string[];
}

/** Who answers for a file, as the rule says that comes last of those that match; empty where nobody does. */
export type CodeOwners = (path: string) => string[];

/** GitLab's `[Section][2] @owners`, whose owners answer for rules that name none. */
const SECTION = /^\^?\[[^\]]+\](?:\[\d+\])?\s*(.*)$/;

const PATTERN_WORD = /\*\*\/|\*\*|\*|\?|[^*?]+/g;
const WILDCARDS = new Map([
  ['**/', '(?:[^/]+/)*'],
  ['**', '.*'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
]);
/** Time to match grows with their number as a power. */
const WILDCARDS_MAX = 8;
const escaped = (text: string): string => text.replace(/[.+^${}()|[\]\\/]/g, '\\$&');

/**
 * As gitignore matches, without `!` and ranges, which CODEOWNERS has not: a pattern with a slash before its end is of the root, any
 * other of every folder; what is no pattern of a file also takes all below it.
 */
function matcher(pattern: string): RegExp {
  const rooted = /\/./.test(pattern);
  const text = pattern.replace(/^\//, '').replace(/\/$/, '');
  // Stars in a row mean what two do.
  const words =
    text
      .replace(/\*{3,}/g, '**')
      .replace(/(?:\*\*\/)+/g, '**/')
      .match(PATTERN_WORD) ?? [];
  if (words.filter((word) => WILDCARDS.has(word)).length > WILDCARDS_MAX)
    throw new SourceError('denied', `has a pattern of more than ${WILDCARDS_MAX} wildcards`);
  const body = words.map((word) => WILDCARDS.get(word) ?? escaped(word.replace(/\\(.)/g, '$1'))).join('');
  const below = pattern.endsWith('/') ? '/.*' : /\/\*$/.test(pattern) ? '' : '(?:/.*)?';
  return new RegExp(`^/${rooted ? '' : '(?:.*/)?'}${body}${below}$`);
}

function rulesOf(text: string): Rule[] {
  const rules: Rule[] = [];
  let ofSection: string[] = [];
  for (const line of text.split('\n').map((each) => each.replace(/(?:^|\s)#.*$/, '').trim())) {
    if (line === '' || rules.length >= RULES_MAX) continue;
    const section = SECTION.exec(line);
    const [pattern = '', ...owners] = line.split(/(?<!\\)\s+/);
    if (section !== null) ofSection = (section[1] ?? '').split(/\s+/).filter((word) => word !== '');
    else rules.push({ takes: matcher(pattern), owners: owners.length > 0 ? owners : ofSection });
  }
  return rules;
}

/** `path` is of the repository's root, e.g. `/deploy/compose.yaml`. Throws `SourceError`. */
export function readCodeOwners(text: string): CodeOwners {
  const rules = rulesOf(text);
  return (path) => rules.findLast(({ takes }) => takes.test(path))?.owners ?? [];
}

/** A file that cannot be made sense of is told by the reader's account. */
export async function codeOwnersOf(reader: Reader): Promise<CodeOwners> {
  for (const place of PLACES) {
    const file = await reader.file(place, { within: '/' });
    if (file === undefined) continue;
    try {
      return readCodeOwners(file.text);
    } catch (error) {
      const { denied, errors } = toFaults(place, error);
      reader.denied.push(...denied);
      reader.errors.push(...errors);
      break;
    }
  }
  return () => [];
}
