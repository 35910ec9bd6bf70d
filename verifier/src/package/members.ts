import { base64, fromUtf8, utf8 } from '../bytes.ts';
import { canonicalBytes, canonicalize, parseCanonical } from '../canonical.ts';
import { type CommitmentOpening, checkOpening } from '../commitment.ts';
import { isTime } from '../entry.ts';
import { inPieces } from '../pieces.ts';
import { tablesText } from '../rows-text.ts';
import { ROW_TABLES, type RowTable, type State, stateFrom } from '../words/index.ts';
import { ascending, decodeLines, encodeLines, exactly, hashes, index, refuse, text } from './json.ts';
import type { CarriedEntry, EarlierTree } from './model.ts';

/** `log/proofs.json` */
export interface Proofs {
  frontier: Uint8Array[];
  consistency: Uint8Array[];
  since: EarlierTree | null;
}

export const encodeProofs = ({ frontier, consistency, since }: Proofs): Uint8Array =>
  canonicalBytes({
    v: 1,
    frontier: frontier.map(base64),
    consistency: consistency.map(base64),
    since: since && { size: since.size, proof: since.proof.map(base64) },
  });

export function decodeProofs(bytes: Uint8Array): Proofs {
  const fields = exactly(parseCanonical(bytes), ['v', 'frontier', 'consistency', 'since'], 'proofs');
  if (fields.v !== 1) refuse('version of the proofs is not 1');
  const since = fields.since === null ? null : exactly(fields.since, ['size', 'proof'], 'since');
  return {
    frontier: hashes(fields.frontier, 'frontier'),
    consistency: hashes(fields.consistency, 'consistency'),
    since: since && { size: index(since.size, 'since.size'), proof: hashes(since.proof, 'since.proof') },
  };
}

/** `snapshot.json`, `opening.json`, `closing.json`: the live rows of a state at `time`. */
export function* encodeRows(state: State, time: string): Generator<Uint8Array> {
  yield* inPieces(rowsText(state, time));
}

/** Canonical `{size, tables, time, v}`. */
function* rowsText(state: State, time: string): Generator<string> {
  yield `{"size":${canonicalize(state.size)},"tables":`;
  yield* tablesText(state, time);
  yield `,"time":${canonicalize(time)},"v":1}`;
}

export function decodeRows(bytes: Uint8Array): { state: State; time: string } {
  const fields = exactly(parseCanonical(bytes), ['v', 'size', 'time', 'tables'], 'rows');
  if (fields.v !== 1) refuse('version of the rows is not 1');
  if (!isTime(fields.time)) return refuse('time of the rows is not a time');
  const tables = exactly(fields.tables, ROW_TABLES, 'tables') as Record<RowTable, Record<string, unknown>>;
  for (const table of ROW_TABLES) {
    const rows = tables[table];
    if (typeof rows !== 'object' || rows === null || Array.isArray(rows))
      refuse(`table \`${table}\` is no object`);
  }
  return { state: stateFrom(index(fields.size, 'size'), tables), time: fields.time };
}

/** `carried/entries.jsonl`: leaf and body as text, which their canonical JSON is. */
export const encodeCarried = (entries: CarriedEntry[]): Iterable<Uint8Array> =>
  encodeLines(
    entries.map((entry) => ({
      index: entry.index,
      leaf: fromUtf8(entry.leaf),
      body: entry.body && fromUtf8(entry.body),
      proof: entry.proof.map(base64),
    })),
  );

export function decodeCarried(bytes: Uint8Array): CarriedEntry[] {
  const entries = decodeLines(bytes).map((line) => {
    const fields = exactly(line, ['index', 'leaf', 'body', 'proof'], 'carried entry');
    return {
      index: index(fields.index, 'index'),
      leaf: utf8(text(fields.leaf, 'leaf')),
      body: fields.body === null ? null : utf8(text(fields.body, 'body')),
      proof: hashes(fields.proof, 'proof'),
    };
  });
  return ascending(entries, (entry) => entry.index, 'carried entries');
}

/** `openings/openings.jsonl`, sorted by commitment. */
export const encodeOpenings = (openings: CommitmentOpening[]): Iterable<Uint8Array> =>
  encodeLines(
    openings
      .map(({ commitment, salt, value }) => ({ commitment, salt, value }))
      .sort((a, b) => (a.commitment < b.commitment ? -1 : 1)),
  );

/** Refuses an opening that does not lead to its commitment. */
export function decodeOpenings(bytes: Uint8Array): CommitmentOpening[] {
  const openings = decodeLines(bytes).map((line) => {
    const fields = exactly(line, ['commitment', 'salt', 'value'], 'opening');
    const opening = {
      commitment: text(fields.commitment, 'commitment'),
      salt: text(fields.salt, 'salt'),
      value: text(fields.value, 'value'),
    };
    return checkOpening(opening)
      ? opening
      : refuse(`opening of \`${opening.commitment}\` does not lead to it`);
  });
  return ascending(openings, (opening) => opening.commitment, 'openings');
}
