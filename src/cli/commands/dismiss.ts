import type { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import { type CommonOptions, client, command } from '../context.ts';
import { print, printable } from '../terminal.ts';

interface Options extends CommonOptions {
  reason: string;
  until: string;
  retire?: boolean;
}

interface Decided {
  entry: number;
  observation: { label: string | null };
}

/** A day or a moment, RFC 3339. @throws MunimentError `invalid_time` */
function momentOf(text: string): string {
  const moment = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(moment.getTime()))
    throw new MunimentError('invalid_time', `\`${text}\` is no time: write e.g. \`2026-06-30\``);
  return moment.toISOString();
}

async function run(key: string, { reason, until, retire, ...options }: Options): Promise<void> {
  const disposition = retire === true ? 'retire' : 'dismissed';
  const decision = { disposition, reason, until: momentOf(until) };
  const path = `/observations/${encodeURIComponent(key)}/dispose`;
  const decided = await (await client(options)).post<Decided>(path, decision);
  const what = retire === true ? 'is to be gone by' : 'is dismissed until';
  print(decided, options.json, () =>
    printable(`${decided.observation.label ?? key} ${what} ${decision.until}, entry ${decided.entry}`),
  );
}

export const dismissCommand = (): Command =>
  command(
    'dismiss',
    'set aside something that was found until a day, or say by when it must be gone',
    'muniment dismiss host/credential/… --reason "ours, under review" --until 2026-06-30',
  )
    .argument('<key>', 'as `muniment inventory` shows it')
    .requiredOption('--reason <text>')
    .requiredOption('--until <time>', 'a day or a moment; then it is in the queue again')
    .option('--retire', 'it must be gone by then')
    .action(run);
