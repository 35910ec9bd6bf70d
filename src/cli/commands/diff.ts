import type { Command } from 'commander';
import { type CommonOptions, client, command } from '../context.ts';
import { print, printable } from '../terminal.ts';

interface Options extends CommonOptions {
  from: string;
  to?: string;
  source?: string;
}

interface Seen {
  label: string | null;
  attributes: Record<string, unknown>;
}

interface Difference {
  key: string;
  class: string;
  kind: string | null;
  label: string | null;
  change: 'new' | 'gone' | 'changed';
  before: Seen | null;
  after: Seen | null;
}

interface Page {
  from: number;
  to: number;
  items: Difference[];
  next: string | null;
}

const PAGE_ROWS = 500;
const SIGN = { new: '+', gone: '-', changed: '~' } as const;

/** Attributes that differ; `–` for one that is not there. */
function changesOf({ before, after }: Difference): string[] {
  if (before === null || after === null) return [];
  const names = new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)]);
  const text = (value: unknown): string => (value === undefined ? '–' : JSON.stringify(value));
  return [...names].sort().flatMap((name) => {
    const [was, is] = [text(before.attributes[name]), text(after.attributes[name])];
    return was === is ? [] : [`    ${name}: ${was} → ${is}`];
  });
}

const differenceText = (it: Difference): string =>
  [`${SIGN[it.change]} ${it.class} ${it.kind ?? ''} ${it.label ?? '(erased)'}  ${it.key}`, ...changesOf(it)]
    .map(printable)
    .join('\n');

async function run({ from, to, source, ...options }: Options): Promise<void> {
  const api = await client(options);
  const items: Difference[] = [];
  let page: Page | undefined;
  do {
    const cursor = page?.next ?? undefined;
    // Later pages are of the same two moments, whatever comes in meanwhile.
    const span: { from: string | number; to: string | number | undefined } =
      page === undefined ? { from, to } : { from: page.from, to: page.to };
    page = await api.get<Page>('/diff', { ...span, source, cursor, limit: PAGE_ROWS });
    items.push(...page.items);
  } while (page.next !== null);
  const count = (change: string) => items.filter((item) => item.change === change).length;
  const counts = `${count('new')} new, ${count('gone')} gone, ${count('changed')} changed`;
  const span = `between the first ${page.from} entries and the first ${page.to}`;
  print({ from: page.from, to: page.to, items }, options.json, () =>
    [...items.map(differenceText), `${counts} ${span}`].join('\n'),
  );
}

export const diffCommand = (): Command =>
  command(
    'diff',
    'what is new, gone or changed between two moments',
    'muniment diff --from 2026-03-01T00:00:00Z',
  )
    .requiredOption('--from <moment>', 'RFC 3339, or a tree size')
    .option('--to <moment>', 'the same; now where it is left out')
    .option('--source <name>', 'of one source alone')
    .action(run);
