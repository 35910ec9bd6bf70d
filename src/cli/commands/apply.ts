import type { Command } from 'commander';
import { type CommonOptions, client, command } from '../context.ts';
import { print } from '../terminal.ts';

async function run(id: string, options: CommonOptions): Promise<void> {
  const api = await client(options);
  const { planDigest } = await api.get<{ planDigest: string }>(`/changes/${encodeURIComponent(id)}`);
  const applied = await api.post<{ operations: number; entry: number }>(
    `/changes/${encodeURIComponent(id)}/apply`,
    { planDigest },
  );
  print(
    applied,
    options.json,
    () => `applied ${id}: ${applied.operations} operations; entry ${applied.entry}`,
  );
}

export const applyCommand = (): Command =>
  command(
    'apply',
    'put an approved change into force, exactly as it was signed',
    'muniment apply chg_… --key-file ada.key',
  )
    .argument('<change>')
    .action(run);
