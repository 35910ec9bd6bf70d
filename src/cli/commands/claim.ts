import type { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import type { Client } from '../client.ts';
import { type CommonOptions, client, command } from '../context.ts';
import { print, printable } from '../terminal.ts';

interface Options extends CommonOptions {
  identity?: string;
  new?: string;
  kind?: string;
  purpose?: string;
  application?: string;
  owner?: string;
  deputy?: string;
  profile?: string;
  environment?: string;
  reason?: string;
}

interface Claimed {
  entry: number;
  observation: { label: string | null };
}

interface Adopted {
  change: string;
  text: string;
}

const NEEDED = ['purpose', 'application', 'owner', 'profile', 'environment'] as const;

async function adopt(api: Client, key: string, name: string, options: Options): Promise<void> {
  const missing = NEEDED.filter((field) => options[field] === undefined).map((field) => `\`--${field}\``);
  if (missing.length > 0)
    throw new MunimentError('unknown_option', `\`--new\` also takes ${missing.join(', ')}`);
  const { kind, purpose, application, owner, deputy, profile, environment, reason } = options;
  const spec = { kind, purpose, application, owner, deputy, profile, environment, reason };
  const path = `/observations/${encodeURIComponent(key)}/adopt`;
  const adopted = await api.post<Adopted>(path, { name, ...spec });
  print(
    adopted,
    options.json,
    () =>
      // The plan is text of lines; names in it were checked when they were written.
      `${adopted.text}\nproposed as ${adopted.change}: once it is approved and applied, ${printable(key)} belongs to ${name}`,
  );
}

async function run(key: string, options: Options): Promise<void> {
  const { identity, new: name } = options;
  if ((identity === undefined) === (name === undefined))
    throw new MunimentError('unknown_option', 'one of `--identity` and `--new` says what it belongs to');
  const api = await client(options);
  if (name !== undefined) return adopt(api, key, name, options);
  const claimed = await api.post<Claimed>(`/observations/${encodeURIComponent(key)}/claim`, { identity });
  print(
    claimed,
    options.json,
    () => `${printable(claimed.observation.label ?? key)} belongs to ${identity}, entry ${claimed.entry}`,
  );
}

export const claimCommand = (): Command =>
  command(
    'claim',
    'say which identity something that was found belongs to, or propose a new one for it',
    'muniment claim host/credential/… --identity payments-api',
  )
    .argument('<key>', 'as `muniment inventory` shows it')
    .option('--identity <name>', 'a declared identity: its name or id')
    .option('--new <name>', 'propose this identity; the change is approved as any other')
    .option('--kind <kind>', 'of the new identity')
    .option('--purpose <text>', 'what it is for')
    .option('--application <name>')
    .option('--owner <login>', 'who will answer for it')
    .option('--deputy <login>')
    .option('--profile <name>')
    .option('--environment <word>')
    .option('--reason <text>', 'for the change')
    .action(run);
