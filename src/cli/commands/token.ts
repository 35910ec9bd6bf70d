import type { Command } from 'commander';
import { type CommonOptions, client, command, group } from '../context.ts';
import { print } from '../terminal.ts';

interface TokenOptions extends CommonOptions {
  ttl?: string;
}

async function create(agent: string, options: TokenOptions): Promise<void> {
  const api = await client(options);
  const ttlSeconds = options.ttl === undefined ? undefined : Number(options.ttl);
  const made = await api.post<{ id: string; token: string; deadline: string }>('/tokens', {
    agent,
    ttlSeconds,
  });
  print(made, options.json, () => made.token);
}

export const tokenCommand = (): Command =>
  group('token', 'one-time join tokens for agents', [
    command('create', 'make a join token; it is shown once', 'muniment token create web-1 > join.token')
      .argument('<agent>', 'the name that the agent will join under')
      .option('--ttl <seconds>', 'how long it may wait to be used')
      .action(create),
  ]);
