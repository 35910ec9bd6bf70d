import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import { type CommonOptions, client, command, group } from '../context.ts';
import { settingsOf } from '../settings.ts';
import type { SourceType } from '../source-text.ts';
import { print, printable, table } from '../terminal.ts';

interface AddOptions extends CommonOptions {
  type: string;
  set: string[];
  secret: string[];
  every?: string;
}

interface Source {
  source: string;
  type: string;
  verdict: string | null;
  sweeps: Array<{ partition: string }>;
  lastComplete: string | null;
  next: string | null;
  running: { listing: string | null } | null;
}

interface Tested {
  failed: string | null;
  partitions: Array<{
    partition: string;
    listings: Array<{ listing: string; ok: boolean; why: string; items: number; privileges: string[] }>;
  }>;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };
const STDIN = 0;

const usage = (message: string): MunimentError => new MunimentError('unknown_option', message);
const pathOf = (name: string, rest = ''): string => `/sources/${encodeURIComponent(name)}${rest}`;

/** `6h` in seconds. @throws MunimentError `unknown_option` */
function secondsOf(every: string): number {
  const [, count = '', unit = ''] = /^([1-9][0-9]{0,4})([mhd])$/.exec(every) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? 0);
  if (seconds === 0) throw usage(`\`--every ${every}\` is no time: write e.g. \`30m\`, \`6h\` or \`1d\``);
  return seconds;
}

/** A value would stand in the history of the shell and in the list of processes, so there is no way to write one here. */
function secretsOf(given: readonly string[]): Record<string, object> {
  const fromStdin = given.filter((each) => !each.includes('='));
  if (fromStdin.length > 1) throw usage('only one secret can be read from standard input');
  return Object.fromEntries(
    given.map((each) => {
      const [name = '', place] = each.split(/=(.*)/s);
      if (place === undefined) return [name, { value: readFileSync(STDIN, 'utf8').replace(/\r?\n$/, '') }];
      if (place.startsWith('@')) return [name, { file: resolve(place.slice(1)) }];
      if (place.startsWith('env:')) return [name, { environment: place.slice('env:'.length) }];
      throw usage(
        `\`--secret ${name}=…\` names a place: \`@file\` or \`env:NAME\`; or leave it out and write the secret to standard input`,
      );
    }),
  );
}

async function add(name: string, options: AddOptions): Promise<void> {
  const api = await client(options);
  const { settings } = await api.get<SourceType>(pathOf(options.type, '/explain'));
  const added = await api.put<{ entry: number; source: Source }>(pathOf(name), {
    type: options.type,
    settings: settingsOf(options.set, settings.properties ?? {}),
    secrets: secretsOf(options.secret),
    everySeconds: options.every === undefined ? null : secondsOf(options.every),
  });
  print(added, options.json, () =>
    printable(
      `${name} is a source of type ${options.type}, entry ${added.entry}; try it with \`muniment source test ${name}\``,
    ),
  );
}

const listingText = ({
  listing,
  ok,
  why,
  items,
  privileges,
}: Tested['partitions'][number]['listings'][number]) =>
  printable(
    ok
      ? `  ${listing}: readable, ${items} on the first page`
      : `  ${listing}: not readable: ${why}${privileges.length === 0 ? '' : `; it needs ${privileges.join(', ')}`}`,
  );

async function test(name: string, options: CommonOptions): Promise<void> {
  const tested = await (await client(options)).post<Tested>(pathOf(name, '/test'), {});
  const { failed, partitions } = tested;
  print(tested, options.json, () =>
    [
      ...(failed === null ? [] : [printable(`${name} cannot be read: ${failed}`)]),
      ...partitions.flatMap(({ partition, listings }) => [
        printable(partition),
        ...listings.map(listingText),
      ]),
    ].join('\n'),
  );
  const whole = failed === null && partitions.every(({ listings }) => listings.every(({ ok }) => ok));
  if (!whole) process.exitCode = 1;
}

async function list(options: CommonOptions): Promise<void> {
  const { items } = await (await client(options)).get<{ items: Source[] }>('/sources');
  const rows = items.map((it) => [
    it.source,
    it.type,
    it.running === null ? (it.verdict ?? 'never swept') : 'is being swept',
    it.sweeps.length,
    it.lastComplete,
    it.next,
  ]);
  const headers = ['SOURCE', 'TYPE', 'LATEST', 'PARTITIONS', 'LAST WHOLE', 'NEXT'];
  print(items, options.json, () => table(headers, rows, 'nothing is read'));
}

async function remove(name: string, options: CommonOptions & { reason: string }): Promise<void> {
  const { reason } = options;
  const removed = await (await client(options)).remove<{ entry: number }>(pathOf(name), { reason });
  print(removed, options.json, () => `${name} is read no more, entry ${removed.entry}; what it told stays`);
}

async function types(options: CommonOptions): Promise<void> {
  const { items } = await (await client(options)).get<{ items: SourceType[] }>('/source-types');
  const rows = items.map(({ type, title, listings }) => [
    type,
    title,
    listings.map((it) => it.listing).join(', '),
  ]);
  print(items, options.json, () => table(['TYPE', 'WHAT', 'READS'], rows, 'there is none'));
}

const collect = (value: string, all: string[]): string[] => [...all, value];

const addCommand = (): Command =>
  command(
    'add',
    'read a source from now on, or replace how it is read',
    'muniment source add forge --type github --set organization=example --secret token=@/etc/muniment/forge.token --every 6h',
  )
    .argument('<name>', 'begins the keys of everything that is seen there')
    .requiredOption('--type <type>', 'as `muniment source types` lists it')
    .option('--set <key=value>', 'a setting; again for another, or for another member of a list', collect, [])
    .option(
      '--secret <name[=place]>',
      '`=@file` or `=env:NAME` on the server; one without is read from standard input',
      collect,
      [],
    )
    .option('--every <time>', 'sweep by itself: `30m`, `6h`, `1d`')
    .action(add);

export const sourceCommand = (): Command =>
  group('source', 'where machine identities are looked for: add, test, list, remove, types', [
    addCommand(),
    command('test', 'read the first page of everything and record nothing', 'muniment source test forge')
      .argument('<name>', 'of the source')
      .action(test),
    command('list', 'what is read, how well, and when next', 'muniment source list').action(list),
    command('remove', 'read a source no more', 'muniment source remove forge --reason "moved away"')
      .argument('<name>', 'of the source')
      .requiredOption('--reason <text>')
      .action(remove),
    command('types', 'kinds of sources', 'muniment source types').action(types),
  ]);
