import type { Kind } from '../words/index.ts';
import type { Context } from './context.ts';
import { type Finding, withheldFinding } from './result.ts';

/** What no rule may decide while an entry of these kinds about one of these ids is withheld. */
export function unlessWithheld(
  context: Context,
  found: Finding,
  ids: Array<string | null>,
  kinds: readonly Kind[],
): Finding {
  const [hidden] = context.withheldAbout(kinds, ids);
  return hidden ? withheldFinding(hidden, found.id) : found;
}
