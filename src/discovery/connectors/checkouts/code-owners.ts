import type { Reader } from '../../files/reader.ts';
import { withoutComment } from '../../formats/comments.ts';
import { ownerPattern } from './owner-pattern.ts';

/** Where GitHub and GitLab look, in their order: the first that is there counts. */
const PLACES = ['/.github/CODEOWNERS', '/CODEOWNERS', '/docs/CODEOWNERS', '/.gitlab/CODEOWNERS'];

interface Rule {
  takes(path: string): boolean;
  owners: string[];
}

/** Who answers for a file, as the rule says that comes last of those that match; empty where nobody does. */
export type CodeOwners = (path: string) => string[];

/** GitLab's `[Section][2] @owners`, whose owners answer for rules that name none. */
const SECTION = /^\^?\[[^\]]+\](?:\[\d+\])?/;
function rulesOf(text: string): Rule[] {
  const rules: Rule[] = [];
  let ofSection: string[] = [];
  for (const line of text.split('\n').map((each) => withoutComment(each).trim())) {
    if (line === '') continue;
    const section = SECTION.exec(line);
    const [pattern = '', ...owners] = line.split(/(?<!\\)\s+/);
    if (section !== null)
      ofSection = line
        .slice(section[0].length)
        .split(/\s+/)
        .filter((word) => word !== '');
    else rules.push({ takes: ownerPattern(pattern), owners: owners.length > 0 ? owners : ofSection });
  }
  return rules;
}

/** `path` is of the repository's root, e.g. `/deploy/compose.yaml`. */
export function readCodeOwners(text: string): CodeOwners {
  const rules = rulesOf(text);
  return (path) => rules.findLast(({ takes }) => takes(path))?.owners ?? [];
}

export async function codeOwnersOf(reader: Reader): Promise<CodeOwners> {
  for (const place of PLACES) {
    const file = await reader.file(place, { within: '/' });
    if (file !== undefined) return readCodeOwners(file.text);
  }
  return () => [];
}
