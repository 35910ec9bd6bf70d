import type { Command } from 'commander';
import { type CommonOptions, command } from '../context.ts';
import { print, table } from '../terminal.ts';

interface ConfigOptions extends CommonOptions {
  config?: string;
}

/** A default of ours for `--data` is no flag that the caller gave. */
async function run(options: ConfigOptions, self: Command): Promise<void> {
  const { explain, readConfig } = await import('../../config.ts');
  const flags = self.getOptionValueSource('data') === 'cli' ? { data: options.data } : {};
  const settings = explain(readConfig({ flags, file: options.config }));
  print(settings, options.json, () =>
    table(
      ['SETTING', 'VALUE', 'FROM'],
      settings.map((it) => [it.key, it.value, it.from]),
      'no setting is in force',
    ),
  );
}

export const configCommand = (): Command =>
  command('config', 'settings in force and where each came from', 'muniment config')
    .option('--config <file>', 'settings file', undefined)
    .action(run);
