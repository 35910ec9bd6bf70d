/** A plan as a comment on a code host: Markdown in which nothing that a manifest says can be anything but text. */

/** Code hosts take 65,536 characters; the rest is for what surrounds the difference. */
const DIFFERENCE_MAX_CHARACTERS = 60_000;
const FENCE_MIN = 3;

export interface MarkdownPlan {
  change: string | null;
  plan: { title: string; reason: string; operations: Array<{ op: string; kind: string }> };
  planDigest: string;
  text: string;
}

/** Longer than any run of backticks inside, so that no text can close it. */
function fenceFor(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return '`'.repeat(Math.max(FENCE_MIN, longest + 1));
}

/** One line of somebody's words: no markup, no mention, no link. */
function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  const fence = fenceFor(line).slice(FENCE_MIN - 1);
  return `${fence} ${line} ${fence}`;
}

function counted(operations: MarkdownPlan['plan']['operations']): string {
  const counts = new Map<string, number>();
  for (const { op, kind } of operations) counts.set(`${op} ${kind}`, (counts.get(`${op} ${kind}`) ?? 0) + 1);
  return [...counts].map(([what, count]) => `${count} × ${what}`).join(', ');
}

/** What is too long for a comment is cut at a line, and that is said. */
function cut(text: string): { shown: string; hidden: number } {
  if (text.length <= DIFFERENCE_MAX_CHARACTERS) return { shown: text, hidden: 0 };
  const shown = text.slice(0, text.lastIndexOf('\n', DIFFERENCE_MAX_CHARACTERS) + 1);
  return { shown, hidden: text.length - shown.length };
}

export function planMarkdown({ change, plan, planDigest, text }: MarkdownPlan, source: string): string {
  const { shown, hidden } = cut(text.trimEnd());
  const fence = fenceFor(shown);
  const next =
    change === null
      ? 'Nothing was proposed (dry run).'
      : `Proposed as \`${change}\`. Another person approves: \`muniment approve ${change} --digest ${planDigest}\``;
  return [
    `### Muniment plan: ${quoted(plan.title)}`,
    '',
    `- reason: ${quoted(plan.reason)}`,
    `- operations: ${counted(plan.operations)}`,
    `- source: ${quoted(source)}`,
    `- plan digest: \`${planDigest}\``,
    '',
    `${fence}diff`,
    shown,
    fence,
    ...(hidden === 0
      ? []
      : ['', `**${hidden} more characters are not shown here.** Read the whole plan before you approve it.`]),
    '',
    next,
    '',
  ].join('\n');
}
