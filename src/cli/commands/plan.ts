import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import { type CommonOptions, client, command } from '../context.ts';
import { print } from '../terminal.ts';

interface PlanOptions extends CommonOptions {
  title?: string;
  reason?: string;
  dryRun?: boolean;
}

interface Proposed {
  change: string | null;
  planDigest: string;
  text: string;
}

const isManifest = (name: string): boolean => /\.ya?ml$/.test(name);

/** Manifests of a file, or of a folder's YAML files in the order of their names, as one stream of documents. */
export function readManifests(paths: string[]): string {
  const files = paths.flatMap((path) => {
    try {
      return statSync(path).isDirectory()
        ? readdirSync(path)
            .filter(isManifest)
            .sort()
            .map((name) => join(path, name))
        : [path];
    } catch {
      throw new MunimentError('not_found', `there is no file or folder \`${path}\``);
    }
  });
  if (files.length === 0)
    throw new MunimentError('invalid_manifest', 'no manifest was found: name a file or a folder with *.yaml');
  return files.map((file) => readFileSync(file, 'utf8')).join('\n---\n');
}

function next({ change, planDigest }: Proposed): string {
  if (change === null) return `\nnothing was proposed (dry run); digest ${planDigest}`;
  return `\nproposed as ${change}\ndigest ${planDigest}\nanother person approves with: muniment approve ${change} --key-file FILE`;
}

async function run(paths: string[], options: PlanOptions): Promise<void> {
  const api = await client(options);
  const proposed = await api.post<Proposed>('/changes', {
    manifests: readManifests(paths),
    title: options.title ?? paths.join(', '),
    reason: options.reason ?? 'none given',
    dryRun: options.dryRun,
  });
  print(proposed, options.json, () => proposed.text + next(proposed));
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
    .option('--dry-run', 'show the plan and propose nothing')
    .action(run);
