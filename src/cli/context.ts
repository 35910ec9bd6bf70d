import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { type Client, connect } from './client.ts';

/** Options that every command knows. */
export interface CommonOptions {
  data: string;
  json?: boolean;
  server?: string;
  ca?: string;
  keyFile?: string;
}

export const DATA_DEFAULT = './data';

/** A command with an example in its help, and the options that every command knows. */
export function command(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--data <dir>', 'data folder of the server on this host')
        .env('MUNIMENT_DATA')
        .default(DATA_DEFAULT),
    )
    .option('--server <url>', 'server address, where it is not this host')
    .option('--ca <file>', 'root certificate to trust for --server')
    .option('--key-file <file>', 'speak as the person whose Ed25519 key this is')
    .option('--json', 'machine output')
    .addHelpText('after', `\nExample:\n  ${example}`);
}

/** The options of a command that reads facts as of a moment. */
export const withWhen = (built: Command): Command =>
  built
    .option('--as-of <time>', 'as it was true at this moment (RFC 3339)')
    .option('--known-at <time>', 'as it was known at this moment, or at this tree size');

/** A folder of commands, e.g. `person`, that by itself does nothing but list them. */
export const group = (name: string, description: string, commands: Command[]): Command => {
  const parent = new Command(name).description(description);
  for (const child of commands) parent.addCommand(child);
  return parent;
};

/** The running server tells its addresses in its data folder; a person speaks over those, never over the admin socket. */
function addressesOf(data: string): { console: string } {
  try {
    return JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as { console: string };
  } catch {
    return { console: 'http://localhost:7440' };
  }
}

export function client(options: CommonOptions): Promise<Client> {
  const data = resolve(options.data);
  const server = options.server ?? (options.keyFile === undefined ? undefined : addressesOf(data).console);
  return connect({ data, server, ca: options.ca, keyFile: options.keyFile });
}
