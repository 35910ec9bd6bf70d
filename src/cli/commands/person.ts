import type { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import { type CommonOptions, client, command, group } from '../context.ts';
import { createKeyFile, readKeyFile } from '../key-file.ts';
import { print, table } from '../terminal.ts';
import { nextStep, type Proposed } from './plan.ts';

interface Person {
  id: string;
  name: string | null;
  displayName: string | null;
  roles: string[];
  status: string;
  keys: Array<{ id: string; type: string }>;
  bootstrap: boolean;
}

interface LeaveOptions extends CommonOptions {
  to: string;
  reason?: string;
  dryRun?: boolean;
}

interface EnrolOptions extends CommonOptions {
  displayName?: string;
  email?: string;
  role?: string[];
  key?: string;
  uid?: string;
}

const personText = (person: Person): string =>
  `${person.name} (${person.id}): ${person.roles.join(', ')}${person.bootstrap ? ', enrolled in the bootstrap' : ''}`;

async function enrol(name: string, options: EnrolOptions): Promise<void> {
  const api = await client(options);
  const key =
    options.key === undefined
      ? undefined
      : { type: 'ed25519', publicKey: readKeyFile(options.key).publicKey };
  const uid = options.uid === undefined ? undefined : Number(options.uid);
  const { displayName = name, email, role: roles } = options;
  const { person } = await api.post<{ person: Person }>('/persons/bootstrap', {
    name,
    displayName,
    email,
    roles,
    key,
    uid,
  });
  print(person, options.json, () => personText(person));
}

async function list(options: CommonOptions): Promise<void> {
  const { items } = await (await client(options)).get<{ items: Person[] }>('/persons');
  const rows = items.map((person) => [
    person.name,
    person.displayName,
    person.roles.join(','),
    person.status,
    person.keys.length,
    person.id,
  ]);
  print(items, options.json, () =>
    table(
      ['NAME', 'DISPLAY NAME', 'ROLES', 'STATUS', 'KEYS', 'ID'],
      rows,
      'nobody is enrolled yet: `muniment person enrol NAME --key FILE`',
    ),
  );
}

async function signIn(name: string, options: CommonOptions): Promise<void> {
  const api = await client(options);
  const link = await api.post<{ token: string; ends: string; url?: string }>(
    `/persons/${encodeURIComponent(name)}/sign-in-link`,
    {},
  );
  print(link, options.json, () => `${link.url ?? `#token=${link.token}`}\nvalid once, until ${link.ends}`);
}

function key(path: string, options: CommonOptions): void {
  const made = createKeyFile(path);
  const answer = { id: made.id, type: 'ed25519', publicKey: made.publicKey };
  print(
    answer,
    options.json,
    () =>
      `wrote ${path} (mode 0600; keep it to yourself)\nkey id      ${made.id}\npublic key  ${made.publicKey}`,
  );
}

async function leave(name: string, options: LeaveOptions): Promise<void> {
  const { to, reason = 'none given', dryRun } = options;
  const path = `/persons/${encodeURIComponent(name)}/leaving`;
  const proposed = await (await client(options)).post<Proposed>(path, { to, reason, dryRun });
  print(proposed, options.json, () => proposed.text + nextStep(proposed));
}

/** For tools that speak HTTP themselves: the token of a fresh session. */
async function session(options: CommonOptions): Promise<void> {
  const { token, ends } = await client(options);
  if (token === undefined) throw new MunimentError('unauthenticated', 'a session needs `--key-file`');
  print({ token, ends }, options.json, () => `${token}\nends ${ends}, or after thirty minutes without use`);
}

const many = (value: string, before: string[] = []): string[] => [...before, value];

export const personCommand = (): Command =>
  group('person', 'people: enrol the first ones, list, sign in', [
    command(
      'enrol',
      'enrol a person while the bootstrap is open',
      'muniment person enrol ada --key ada.key --role admin',
    )
      .argument('<name>')
      .option('--display-name <text>', 'the name that others see')
      .option('--email <address>')
      .option('--role <role>', 'viewer, operator, approver, auditor or admin; repeat for more', many)
      .option('--key <file>', "the person's key file, made by `muniment person key`")
      .option('--uid <number>', 'the host account that may speak for this person')
      .action(enrol),
    command(
      'leave',
      'propose that a person has left, and another takes over what was theirs',
      "muniment person leave olga --to grace --reason 'last day on Friday' --key-file ada.key",
    )
      .argument('<name>')
      .requiredOption('--to <name>', 'who owns and answers from then on')
      .option('--reason <text>', 'why')
      .option('--dry-run', 'show the plan and propose nothing')
      .action(leave),
    command('list', 'everyone enrolled', 'muniment person list').action(list),
    command('sign-in', 'print a one-time link to the console', 'muniment person sign-in ada')
      .argument('<name>')
      .action(signIn),
    command(
      'session',
      'open a session with a key file and print its bearer token',
      'muniment person session --key-file ada.key',
    ).action(session),
    command('key', 'make a key file for approvals', 'muniment person key ada.key')
      .argument('<file>')
      .action(key),
  ]);
