import type { Command } from 'commander';
import { type CommonOptions, client, command } from '../context.ts';
import { print, printable } from '../terminal.ts';

interface Options extends CommonOptions {
  identity: string;
}

interface Claimed {
  entry: number;
  observation: { label: string | null };
}

async function run(key: string, options: Options): Promise<void> {
  const path = `/observations/${encodeURIComponent(key)}/claim`;
  const claimed = await (await client(options)).post<Claimed>(path, { identity: options.identity });
  print(
    claimed,
    options.json,
    () =>
      `${printable(claimed.observation.label ?? key)} belongs to ${options.identity}, entry ${claimed.entry}`,
  );
}

export const claimCommand = (): Command =>
  command(
    'claim',
    'say which declared identity something that was found belongs to',
    'muniment claim host/credential/… --identity payments-api',
  )
    .argument('<key>', 'as `muniment inventory` shows it')
    .requiredOption('--identity <name>', 'its name or id')
    .action(run);
