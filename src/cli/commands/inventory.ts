import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { MunimentError } from '../../kernel/index.ts';
import type { Client } from '../client.ts';
import { type CommonOptions, client, command, withWhen } from '../context.ts';
import { note, print, printable, table } from '../terminal.ts';

/** A line of the first screen. */
export interface PostureLine {
  finding: string;
  question: string;
  evaluable: boolean;
  whole: boolean;
  why: string;
  count: number | null;
  next: string;
  parts: Array<{ part: string; count: number }>;
}

interface Answer extends PostureLine {
  identities: Array<{ id: string; name: string | null }>;
}

interface Observation {
  key: string;
  class: string;
  label: string | null;
  attributes: Record<string, unknown>;
  firstSeen: string;
  identity: { name: string | null } | null;
}

interface Options extends CommonOptions {
  part?: string;
  filter: string[];
  asOf?: string;
  knownAt?: string;
  export?: string;
  output?: string;
}

type Query = Record<string, string | undefined>;

const PAGE_ROWS = 500;
const FINDING_CHARACTERS = 12;
const COUNT_CHARACTERS = 6;

/** `12+` where there may be more than could be read; a dash where nothing can be said. */
const countText = ({ count, whole }: PostureLine): string =>
  count === null ? '–' : `${count}${whole ? '' : '+'}`;

const MORE = '+ not everything could be read: there may be more';

/** One line per finding, and below it what to do next. */
export function postureLines(lines: PostureLine[]): string[] {
  const text = lines.flatMap((line) => [
    `${line.finding.padEnd(FINDING_CHARACTERS)}${countText(line).padStart(COUNT_CHARACTERS)}  ${line.evaluable ? '' : 'NOT EVALUABLE: '}${printable(line.why)}`,
    `${' '.repeat(FINDING_CHARACTERS + COUNT_CHARACTERS)}  next: ${printable(line.next)}`,
  ]);
  return lines.some(({ evaluable, whole }) => evaluable && !whole) ? [...text, MORE] : text;
}

/** What a filter names; the server says which words it knows. */
function queryOf(options: Options, finding: string | undefined): Query {
  const { part, asOf, knownAt } = options;
  const pairs = options.filter.map((each): [string, string] => {
    const [key = '', value] = each.split(/=(.*)/s);
    if (value === undefined)
      throw new MunimentError('unknown_option', `\`--filter ${each}\` is to be key=value`);
    return [key, value];
  });
  return { ...Object.fromEntries(pairs), finding, part, asOf, knownAt };
}

async function observations(api: Client, query: Query): Promise<Observation[]> {
  const all: Observation[] = [];
  let cursor: string | undefined;
  do {
    const asked = { ...query, limit: PAGE_ROWS, cursor };
    const page = await api.get<{ items: Observation[]; next: string | null }>('/observations', asked);
    all.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return all;
}

/** To a file, or to standard output. */
async function save(api: Client, query: Query, { export: format, output }: Options): Promise<void> {
  const file = Readable.from(await api.download('/observations/export', { ...query, format }));
  if (output === undefined) return pipeline(file, process.stdout, { end: false });
  await pipeline(file, createWriteStream(resolve(output)));
  note(`wrote ${printable(output)}`);
}

const listText = (items: Observation[], empty: string): string =>
  table(
    ['KEY', 'CLASS', 'KIND', 'WHAT', 'SINCE', 'CLAIMED FOR'],
    items.map((it) => [
      it.key,
      it.class,
      String(it.attributes.kind ?? ''),
      it.label,
      it.firstSeen,
      it.identity?.name,
    ]),
    empty,
  );

const partsText = (parts: PostureLine['parts']): string =>
  parts.map(({ part, count }) => `  ${count} ${printable(part)}`).join('\n');

async function run(finding: string | undefined, options: Options): Promise<void> {
  const query = queryOf(options, finding);
  const api = await client(options);
  if (options.export !== undefined) return save(api, query, options);
  if (finding === undefined && options.filter.length > 0) {
    const found = await observations(api, query);
    return print(found, options.json, () => listText(found, 'nothing meets this filter'));
  }
  const { asOf, knownAt } = options;
  const { items } = await api.get<{ items: Answer[] }>('/posture', { asOf, knownAt });
  if (finding === undefined) return print(items, options.json, () => postureLines(items).join('\n'));
  const behind = await observations(api, query);
  const answer = items.find((each) => each.finding === finding);
  const declared = options.part === undefined ? (answer?.identities ?? []) : [];
  print({ ...answer, observations: behind }, options.json, () =>
    [
      ...(answer === undefined ? [] : [...postureLines([answer]), partsText(answer.parts)]),
      ...declared.map(({ id, name }) => `declared identity ${printable(name ?? id)}`),
      listText(behind, 'nothing is behind this finding'),
    ].join('\n'),
  );
}

const collect = (value: string, all: string[]): string[] => [...all, value];

export const inventoryCommand = (): Command =>
  withWhen(
    command(
      'inventory',
      'what was found: five answers, and the list behind each',
      'muniment inventory orphans',
    )
      .argument('[finding]', 'inventory, rotation, permissions, monitoring or orphans')
      .option('--part <part>', 'only one part of a finding, e.g. unregistered')
      .option(
        '--filter <key=value>',
        'only what meets it, e.g. `class=credential`, `source=forge`, `registered=false`, `q=deploy`; again for another',
        collect,
        [],
      )
      .addOption(new Option('--export <format>', 'as a file').choices(['csv', 'json', 'xlsx']))
      .option('--output <file>', 'where the file goes; standard output where it is left out'),
  ).action(run);
