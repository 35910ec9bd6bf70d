import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import type { Client } from '../client.ts';
import { type CommonOptions, client, command } from '../context.ts';
import { explainText, type SourceType } from '../source-text.ts';
import { print, printable } from '../terminal.ts';

interface Options extends CommonOptions {
  explain?: boolean;
}

interface Sweep {
  source: string;
  partition: string;
  items: number;
  verdict: string;
  why: string;
  denied: Array<{ what: string; why: string }>;
  errors: Array<{ what: string; why: string }>;
  started: string;
  entry: number;
}

interface Progress {
  source: string;
  partition: string | null;
  listing: string | null;
  pages: number;
  items: number;
  started: string;
}

const LOOK_MS = 300;

export const sweepText = (sweep: Sweep): string =>
  [
    `${sweep.source} ${sweep.partition}: ${sweep.verdict}, ${sweep.items} things seen (${sweep.why}); entry ${sweep.entry}`,
    ...[...sweep.denied, ...sweep.errors].map(({ what, why }) => `  not read: ${what} (${why})`),
  ]
    .map(printable)
    .join('\n');

const progressText = ({ source, partition, listing, pages, items }: Progress): string =>
  printable(`sweeping ${source}: ${partition ?? 'opening'} ${listing ?? ''}, page ${pages}, ${items} so far`);

/** Tells on a terminal how far it is, until it runs no more. */
async function follow(api: Client, source: string): Promise<void> {
  const show = (text: string) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  };
  for (;;) {
    const { items } = await api.get<{ items: Progress[] }>('/sweeps/running');
    const running = items.find((progress) => progress.source === source);
    if (running === undefined) break;
    show(progressText(running));
    await pause(LOOK_MS);
  }
  show('');
}

async function run(source: string, options: Options): Promise<void> {
  const api = await client(options);
  if (options.explain) {
    const type = await api.get<SourceType>(`/sources/${encodeURIComponent(source)}/explain`);
    return print(type, options.json, () => explainText(type));
  }
  const { started } = await api.post<Progress>('/sweeps?wait=false', { source });
  await follow(api, source);
  const { items } = await api.get<{ items: Sweep[] }>('/sweeps', { source });
  const swept = items.filter((sweep) => sweep.started >= started);
  if (swept.length === 0)
    throw new MunimentError('internal', 'the sweep left no record: the log of the server says why');
  print(swept, options.json, () => swept.map(sweepText).join('\n'));
  if (swept.every(({ verdict }) => verdict === 'FAILED')) process.exitCode = 1;
}

export const sweepCommand = (): Command =>
  command('sweep', 'sweep a source now and record what was seen', 'muniment sweep host')
    .argument('[source]', 'what to sweep', 'host')
    .option('--explain', 'print the rights that it needs and every call that it will make, and sweep nothing')
    .action(run);
