import type { Command } from 'commander';
import { type CommonOptions, client, command } from '../context.ts';
import { print, withProgress } from '../terminal.ts';

interface Sweep {
  source: string;
  partition: string;
  items: number;
  verdict: string;
  why: string;
  denied: Array<{ what: string; why: string }>;
  entry: number;
}

export const sweepText = (sweep: Sweep): string =>
  [
    `${sweep.source} ${sweep.partition}: ${sweep.verdict}, ${sweep.items} things seen (${sweep.why}); entry ${sweep.entry}`,
    ...sweep.denied.map(({ what, why }) => `  not read: ${what} (${why})`),
  ].join('\n');

async function run(source: string, options: CommonOptions): Promise<void> {
  const api = await client(options);
  const asked = api.post<{ items: Sweep[] }>('/sweeps', { source });
  const { items } = await withProgress(`sweeping ${source}`, asked);
  print(items, options.json, () => items.map(sweepText).join('\n'));
}

export const sweepCommand = (): Command =>
  command('sweep', 'sweep a source now and record what was seen', 'muniment sweep host')
    .argument('[source]', 'what to sweep', 'host')
    .action(run);
