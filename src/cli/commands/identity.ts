import type { Command } from 'commander';
import { type CommonOptions, client, command, group, withWhen } from '../context.ts';
import { print, table } from '../terminal.ts';

interface WhenOptions extends CommonOptions {
  asOf?: string;
  knownAt?: string;
  state?: string;
}

interface Ref {
  id: string;
  name: string | null;
}

interface Identity {
  id: string;
  name: string;
  kind: string;
  purpose: string;
  application: Ref;
  owner: Ref;
  deputy: Ref | null;
  environment: string;
  profile: Ref;
  state: string;
  spiffeId: string;
  liveCredentials: number;
  locked: boolean;
}

interface IdentityPage extends Identity {
  approvals: Array<{ change: Ref; approver: Ref; time: string; entry: number }>;
}

const named = (ref: Ref | null): string => (ref === null ? '–' : (ref.name ?? ref.id));

async function list(options: WhenOptions): Promise<void> {
  const { asOf, knownAt, state } = options;
  const { items } = await (await client(options)).get<{ items: Identity[] }>('/identities', {
    asOf,
    knownAt,
    state,
    limit: 500,
  });
  const rows = items.map((it) => [
    it.name,
    it.kind,
    it.state,
    named(it.owner),
    named(it.application),
    it.liveCredentials,
    it.locked ? 'locked' : '',
  ]);
  const headers = ['NAME', 'KIND', 'STATE', 'OWNER', 'APPLICATION', 'LIVE', 'LOCK'];
  print(items, options.json, () =>
    table(headers, rows, 'no identity is declared yet: propose one with `muniment plan`'),
  );
}

const identityText = (it: IdentityPage): string =>
  [
    `${it.name} (${it.id})`,
    `  ${it.kind}, ${it.state}${it.locked ? ', locked' : ''}, ${it.environment}`,
    `  purpose      ${it.purpose}`,
    `  application  ${named(it.application)}`,
    `  owner        ${named(it.owner)}   deputy ${named(it.deputy)}`,
    `  profile      ${named(it.profile)}`,
    `  SPIFFE ID    ${it.spiffeId}`,
    `  live         ${it.liveCredentials} credentials`,
    ...it.approvals.map(
      (each) =>
        `  approved by  ${named(each.approver)} at ${each.time} (${each.change.id}, entry ${each.entry})`,
    ),
  ].join('\n');

async function show(name: string, options: WhenOptions): Promise<void> {
  const { asOf, knownAt } = options;
  const found = await (await client(options)).get<IdentityPage>(`/identities/${encodeURIComponent(name)}`, {
    asOf,
    knownAt,
  });
  print(found, options.json, () => identityText(found));
}

export const identityCommand = (): Command =>
  group('identity', 'identities: list, show', [
    withWhen(command('list', 'identities with owner and state', 'muniment identity list --state active'))
      .option('--state <state>', 'requested, approved, active, suspended or retired')
      .action(list),
    withWhen(command('show', 'one identity with its approvals', 'muniment identity show payments-api'))
      .argument('<name>')
      .action(show),
  ]);
