import type { EvidenceInput } from '../evidence-input.ts';
import { sha256Hex } from '../hash.ts';
import type { Body, Entry, EntryData, Kind, Rows } from '../words/index.ts';
import { type Histories, historiesOf, standingAt } from './history.ts';
import { checkSignatures, type SignatureChecks } from './signatures.ts';

/** An entry whose body is there to be read. */
export interface Told<K extends Kind> extends Entry<K> {
  body: Body<K>;
  data: EntryData[K];
}

/** What the tests look at: the input, what follows from it at once, and the signatures, which take waiting. */
export interface Context {
  input: EvidenceInput;
  history: Histories;
  /** The period's entries of one kind whose bodies are there. */
  told<K extends Kind>(kind: K): Told<K>[];
  /** The period's entries of these kinds whose bodies are withheld. */
  withheld(...kinds: Kind[]): Entry[];
  /** The same, carried ones included: what they said may have made rows that still stood. */
  withheldAnywhere(...kinds: Kind[]): Entry[];
  /** Withheld entries of these kinds, carried ones included, that are about one of these ids or do not say about what. */
  withheldAbout(kinds: readonly Kind[], ids: Iterable<string | null>): Entry[];
  /** Policies in force just before an entry took effect. */
  policiesAt(index: number): PoliciesInForce;
  signatures: SignatureChecks;
}

interface PoliciesInForce {
  rows: Rows['policy'][];
  /** SHA-256 over the canonical JSON list of all versions in force, sorted; hex. */
  policySet: string;
}

const isTold = <K extends Kind>(entry: Entry, kind: K): entry is Entry<K> & { body: Body<K> } =>
  entry.leaf.kind === kind && entry.body !== null;

function policiesIn(history: Histories): (index: number) => PoliciesInForce {
  const policies = history('policy');
  const epochs = [...new Set([...policies.values()].flat().map(({ since }) => since))].sort((a, b) => a - b);
  const known = new Map<number, PoliciesInForce>();
  return (index) => {
    const epoch = epochs.findLast((since) => since < index) ?? -1;
    const found = known.get(epoch) ?? inForce(history, index);
    known.set(epoch, found);
    return found;
  };
}

function inForce(history: Histories, index: number): PoliciesInForce {
  const policies = history('policy');
  const standing = [...policies.keys()].map((key) => standingAt(policies, key, index));
  const rows = standing.filter((row) => row !== undefined && !row.retired) as Rows['policy'][];
  return { rows, policySet: sha256Hex(JSON.stringify(rows.map(({ spec }) => spec.version).sort())) };
}

/** Entries by kind, read once: the tests ask for the same kinds again and again. */
function tellFrom({ entries }: EvidenceInput): Context['told'] {
  const known = new Map<Kind, Entry[]>();
  return <K extends Kind>(kind: K) => {
    const found =
      known.get(kind) ??
      entries.flatMap((entry) => (isTold(entry, kind) ? [{ ...entry, data: entry.body.data }] : []));
    known.set(kind, found);
    return found as Told<K>[];
  };
}

export async function contextOf(input: EvidenceInput): Promise<Context> {
  const history = historiesOf(input);
  const hidden = [...input.carried, ...input.entries].filter(({ body }) => body === null);
  return {
    input,
    history,
    told: tellFrom(input),
    withheld: (...kinds) =>
      input.entries.filter(({ leaf, body }) => body === null && kinds.includes(leaf.kind)),
    withheldAnywhere: (...kinds) => hidden.filter(({ leaf }) => kinds.includes(leaf.kind)),
    withheldAbout(kinds, ids) {
      const about = new Set<string | null>(ids);
      return hidden.filter(
        ({ leaf }) => kinds.includes(leaf.kind) && (leaf.subject === '' || about.has(leaf.subject)),
      );
    },
    policiesAt: policiesIn(history),
    signatures: await checkSignatures(input, history),
  };
}
