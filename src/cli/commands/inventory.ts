import type { Command } from 'commander';
import { type CommonOptions, client, command } from '../context.ts';
import { print, printable, table } from '../terminal.ts';

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
}

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

async function observations(options: Options, finding: string): Promise<Observation[]> {
  const api = await client(options);
  const all: Observation[] = [];
  let cursor: string | undefined;
  do {
    const query = { finding, part: options.part, limit: PAGE_ROWS, cursor };
    const page = await api.get<{ items: Observation[]; next: string | null }>('/observations', query);
    all.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return all;
}

const listText = (items: Observation[]): string =>
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
    'nothing is behind this finding',
  );

const partsText = (parts: PostureLine['parts']): string =>
  parts.map(({ part, count }) => `  ${count} ${printable(part)}`).join('\n');

async function run(finding: string | undefined, options: Options): Promise<void> {
  const { items } = await (await client(options)).get<{ items: Answer[] }>('/posture');
  if (finding === undefined) return print(items, options.json, () => postureLines(items).join('\n'));
  const behind = await observations(options, finding);
  const answer = items.find((each) => each.finding === finding);
  const declared = options.part === undefined ? (answer?.identities ?? []) : [];
  print({ ...answer, observations: behind }, options.json, () =>
    [
      ...(answer === undefined ? [] : [...postureLines([answer]), partsText(answer.parts)]),
      ...declared.map(({ id, name }) => `declared identity ${printable(name ?? id)}`),
      listText(behind),
    ].join('\n'),
  );
}

export const inventoryCommand = (): Command =>
  command('inventory', 'what was found: five answers, and the list behind each', 'muniment inventory orphans')
    .argument('[finding]', 'inventory, rotation, permissions, monitoring or orphans')
    .option('--part <part>', 'only one part of a finding, e.g. unregistered')
    .action(run);
