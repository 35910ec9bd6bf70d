import type { EvidenceInput } from '../evidence-input.ts';
import type { Entry, Kind } from '../words/index.ts';
import { type Cell, encodeRow } from './csv.ts';
import { type Facts, factsOf } from './facts.ts';

/** What was asked, so that a reader can judge whether the table answers it. */
export interface Query {
  v: 1;
  population: string;
  /** The auditor's question that the table answers. */
  question: string;
  /** Which rows are in it, and why others are not. */
  filter: string;
  order: string;
  period: { from: string; to: string };
  rows: number;
  /** Rows of which only entry, time and subject are in sight. */
  withheld: number;
  columns: Array<{ name: string; meaning: string }>;
  format: string;
}

export interface Population {
  query: Query;
  /** The first rows: the same cells as in the CSV, before they are guarded and quoted. */
  first(count: number): Cell[][];
  /** The CSV, line by line; made when asked for, so that a long table is never whole in memory. */
  lines(): Generator<string>;
}

type Column<Item> = [name: string, meaning: string, of: (item: Item, facts: Facts) => Cell];

export interface Definition<Item> {
  question: string;
  filter: string;
  order: string;
  columns: Column<Item>[];
  items(facts: Facts): Item[];
}

const FORMAT =
  'CSV as RFC 4180 with LF line ends, UTF-8, header row; empty means absent; lists are joined by `; `; ' +
  'a cell that a spreadsheet could take for a formula has an apostrophe before it; times are UTC';

const columnsOf = (columns: Array<Column<never>>): Query['columns'] =>
  columns.map(([name, meaning]) => ({ name, meaning }));

/** Makes a population of things that stand. */
export function define<Item>(definition: Definition<Item>) {
  return (name: string, input: EvidenceInput): Population => {
    const facts = factsOf(input);
    const items = definition.items(facts);
    const rowOf = (item: Item) => definition.columns.map(([, , of]) => of(item, facts));
    return populate(name, input, definition, { items, rowOf, withheld: 0 });
  };
}

interface Table<Item> {
  items: Item[];
  rowOf(item: Item): Cell[];
  /** How many of the items are withheld. */
  withheld: number;
}

function populate<Item>(
  name: string,
  { period }: EvidenceInput,
  { question, filter, order, columns }: Omit<Definition<never>, 'items'>,
  { items, rowOf, withheld }: Table<Item>,
): Population {
  const query: Query = {
    v: 1,
    population: name,
    question,
    filter,
    order,
    period,
    rows: items.length,
    withheld,
    columns: columnsOf(columns),
    format: FORMAT,
  };
  const header = columns.map(([column]) => column);
  return {
    query,
    first: (count) => items.slice(0, count).map(rowOf),
    *lines() {
      yield encodeRow(header);
      for (const item of items) yield encodeRow(rowOf(item));
    },
  };
}

type EventColumn<K extends Kind> = [
  name: string,
  meaning: string,
  of: (entry: Entry<K> & { data: NonNullable<Entry<K>['body']>['data'] }, facts: Facts) => Cell,
];

interface EventDefinition<K extends Kind> {
  question: string;
  kinds: readonly K[];
  columns: EventColumn<K>[];
}

const SHARED_COLUMNS = [
  ['entry', 'index of the entry in the log'],
  ['time', 'when it was recorded'],
  ['kind', 'kind of the entry'],
  ['subject', 'id of what it is about'],
  ['actor', 'id of who did it'],
  ['body', '`present`, or `withheld`: then only the columns before this one are known'],
] as const;

/** Makes a population of the period's entries of some kinds, those withheld included. */
export function defineEvents<K extends Kind>({ question, kinds, columns }: EventDefinition<K>) {
  return (name: string, input: EvidenceInput): Population => {
    const facts = factsOf(input);
    const entries = input.entries.filter(({ leaf }) => (kinds as readonly Kind[]).includes(leaf.kind));
    const rowOf = (entry: Entry): Cell[] => [
      ...[entry.index, entry.leaf.time, entry.leaf.kind, entry.leaf.subject, entry.leaf.actor],
      entry.body === null ? 'withheld' : 'present',
      ...columns.map(([, , of]) =>
        entry.body === null ? null : of({ ...entry, data: entry.body.data } as never, facts),
      ),
    ];
    const definition = {
      question,
      filter: `every entry in the period of kind ${kinds.join(', ')}`,
      order: 'by entry',
      columns: [...SHARED_COLUMNS, ...columns] as unknown as Column<never>[],
    };
    const withheld = entries.filter(({ body }) => body === null).length;
    return populate(name, input, definition, { items: entries, rowOf, withheld });
  };
}
