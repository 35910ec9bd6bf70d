import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type CommonOptions, client, command } from '../context.ts';
import { readManifests, sourceOf } from '../manifests.ts';
import { type MarkdownPlan, planMarkdown } from '../markdown.ts';
import { print } from '../terminal.ts';

interface PlanOptions extends CommonOptions {
  title?: string;
  reason?: string;
  dryRun?: boolean;
  text?: string;
}

export interface Proposed extends MarkdownPlan {
  change: string | null;
}

export function nextStep({ change, planDigest }: Proposed): string {
  if (change === null) return `\nnothing was proposed (dry run); digest ${planDigest}`;
  return `\nproposed as ${change}\ndigest ${planDigest}\nanother person approves with: muniment approve ${change} --key-file FILE`;
}

async function run(paths: string[], options: PlanOptions): Promise<void> {
  const api = await client(options);
  const source = sourceOf(paths);
  const proposed = await api.post<Proposed>('/changes', {
    manifests: readManifests(paths),
    title: options.title ?? paths.join(', '),
    reason: options.reason ?? 'none given',
    source,
    dryRun: options.dryRun,
  });
  if (options.text !== undefined) writeFileSync(options.text, planMarkdown(proposed, source));
  print(proposed, options.json, () => proposed.text + nextStep(proposed));
}

export const planCommand = (): Command =>
  command(
    'plan',
    'show what manifests would change, and propose it',
    'muniment plan manifests/ --title "payments goes live" --reason TICKET-7 --key-file ada.key',
  )
    .argument('<paths...>', 'manifest files, or folders of them')
    .option('--title <text>', 'what the change is')
    .option('--reason <text>', 'why it is wanted')
    .option('--text <file>', 'also write the plan as Markdown, to be posted as a comment')
    .option('--dry-run', 'show the plan and propose nothing')
    .action(run);
