import type { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import { type CommonOptions, client, command } from '../context.ts';
import { readKeyFile, signApproval } from '../key-file.ts';
import { print } from '../terminal.ts';

interface Change {
  id: string;
  text: string;
  planDigest: string;
  current: boolean;
}

interface ApproveOptions extends CommonOptions {
  digest?: string;
  breakGlass?: string;
}

/**
 * Signs the digest of the plan. With `--digest` the approver pins what was read elsewhere, so a server that shows one plan
 * and hands out another's digest is noticed here.
 */
async function run(id: string, options: ApproveOptions): Promise<void> {
  const api = await client(options);
  const change = await api.get<Change>(`/changes/${encodeURIComponent(id)}`);
  if (options.digest !== undefined && options.digest !== change.planDigest) {
    throw new MunimentError('plan_changed', 'the plan is not the one whose digest was given');
  }
  const key = options.breakGlass === undefined ? api.key : readKeyFile(options.breakGlass);
  const signature = key === undefined ? undefined : signApproval(key, change.planDigest);
  const body = { planDigest: change.planDigest, signature };
  const answer = await api.post<{ entry: number }>(`/changes/${encodeURIComponent(id)}/approvals`, body);
  print(
    answer,
    options.json,
    () => `${change.text}\napproved ${change.id}, digest ${change.planDigest}; entry ${answer.entry}`,
  );
}

export const approveCommand = (): Command =>
  command('approve', "sign a plan's digest with your key file", 'muniment approve chg_… --key-file grace.key')
    .argument('<change>')
    .option('--digest <hex>', 'refuse to sign any other plan')
    .option(
      '--break-glass <file>',
      'in an emergency, sign with the key that you laid away: one change, once, and another person must review it',
    )
    .action(run);
