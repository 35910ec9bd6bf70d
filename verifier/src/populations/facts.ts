import { canonicalize } from '../canonical.ts';
import type { EvidenceInput } from '../evidence-input.ts';
import { type Histories, historiesOf, type Version } from '../tests/history.ts';
import type { Commitment, ObservedValue, Rows } from '../words/index.ts';

/** What the columns look up: names for ids, values for commitments, and how rows stood over the period. */
export interface Facts {
  input: EvidenceInput;
  history: Histories;
  /** The value behind a commitment, or the commitment itself where it is not opened. */
  opened(value: string | Commitment | undefined): string;
  /** What the row with this id is called, as last known in the period; empty where nothing is. */
  nameOf(
    table: 'person' | 'application' | 'profile' | 'identity' | 'trust',
    id: string | null | undefined,
  ): string;
  change(id: string | null): Rows['change'] | undefined;
  /** How many credentials the period granted to each identity. */
  granted: ReadonlyMap<string | null, number>;
}

function grantsBy({ closing, opening }: EvidenceInput): Map<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const { entry, request } of closing.tables.credential.values()) {
    if (entry >= opening.size) counts.set(request.identity, (counts.get(request.identity) ?? 0) + 1);
  }
  return counts;
}

/** A commitment that stays closed is still a name: the same value in two rows has the same one only if it is the same row. */
const closed = ({ commitment }: Commitment): string => `commitment:${commitment}`;

function build(input: EvidenceInput): Facts {
  const history = historiesOf(input);
  const opened = (value: string | Commitment | undefined): string =>
    typeof value === 'object' ? (input.openings.get(value.commitment) ?? closed(value)) : (value ?? '');
  return {
    input,
    history,
    opened,
    nameOf: (table, id) => (id ? opened(input.closing.tables[table].get(id)?.name) : ''),
    change: (id) => (id === null ? undefined : input.closing.tables.change.get(id)),
    granted: grantsBy(input),
  };
}

const known = new WeakMap<EvidenceInput, Facts>();

/** Made once per input: every population looks at the same histories. */
export function factsOf(input: EvidenceInput): Facts {
  const facts = known.get(input) ?? build(input);
  known.set(input, facts);
  return facts;
}

export const joined = (values: Iterable<string | number>): string => [...values].join('; ');

export const unique = (values: Iterable<string>): string[] => [...new Set(values)];

/** Facts and attributes as one cell: canonical JSON, opened where it may be. */
export function json(value: unknown, facts: Facts): string {
  return canonicalize(reveal(value, facts));
}

const isCommitment = (value: object): value is Commitment =>
  Object.keys(value).length === 1 && typeof (value as Partial<Commitment>).commitment === 'string';

function reveal(value: unknown, facts: Facts): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => reveal(item, facts));
  if (isCommitment(value)) return facts.opened(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, reveal(item as ObservedValue, facts)]),
  );
}

/** Every version of a table's rows that stood at some instant of the period, by key, then time. */
export function versionsOf<T extends Parameters<Histories>[0]>(facts: Facts, table: T): Version<T>[] {
  return [...facts.history(table).values()].flat().filter(({ from, to }) => from < to);
}
