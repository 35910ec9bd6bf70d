import type { RawPage } from '../../contract.ts';
import { withoutComment } from '../../formats/comments.ts';
import { SourceError } from '../../source-error.ts';
import type { Client } from './client.ts';

const CONTENTS = 'GET /repos/{owner}/{repo}/contents/{path}';
/** Where GitHub looks, in its order: the first that is there counts. */
const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'];

export interface CodeOwners {
  path: string;
  /** Who answers for the whole repository, in the file's order. */
  teams: string[];
  people: string[];
}

const isTeam = (owner: string): boolean => owner.includes('/');

/** The last rule for all files: the later one wins. Its owners are teams (`@org/team`) and people (`@login`, or a mail address). */
export function ownersOfAll(text: string): { teams: string[]; people: string[] } {
  const rules = text
    .split('\n')
    .map((line) => withoutComment(line).trim())
    .map((line) => line.split(/\s+/));
  const owners = rules.findLast(([pattern]) => pattern === '*')?.slice(1) ?? [];
  return { teams: owners.filter(isTeam), people: owners.filter((owner) => !isTeam(owner)) };
}

function textOf(body: unknown): string {
  const { encoding, content } = (body ?? {}) as { encoding?: unknown; content?: unknown };
  if (encoding !== 'base64' || typeof content !== 'string')
    throw new SourceError('failed', 'the answer holds no file');
  return Buffer.from(content, 'base64').toString('utf8');
}

/** One repository's CODEOWNERS as a page of at most one item. */
export async function* codeOwners(
  client: Client,
  place: { owner: string; repo: string },
): AsyncGenerator<RawPage> {
  let calls = 0;
  const items: CodeOwners[] = [];
  for (const path of PLACES) {
    const answer = await client.find(CONTENTS, { ...place, path });
    calls += answer?.calls ?? 1;
    if (answer === undefined) continue;
    items.push({ path, ...ownersOfAll(textOf(answer.body)) });
    break;
  }
  yield { operation: CONTENTS, request: place, items, calls, end: true };
}
