import { canonicalBytes } from '../canonical.ts';
import type { CommitmentOpening } from '../commitment.ts';
import type { EvidenceInput } from '../evidence-input.ts';
import { inPieces } from '../pieces.ts';
import { populations } from '../populations/index.ts';
import { eachTest, inOrder } from '../tests/index.ts';
import type { Entry, State } from '../words/index.ts';
import { encodeLines } from './json.ts';
import type { JudgedControl, Range } from './model.ts';

interface Parts {
  period: { from: string; to: string };
  range: Range;
  /** `[start, last]`. */
  entries: Entry[];
  opening: State;
  closing: State;
  carried: Entry[];
  openings: CommitmentOpening[];
}

/** What the controls look at; entries between the snapshot's state and the period count as carried, since they explain the opening too. */
export function evidenceInput(parts: Parts): EvidenceInput {
  const { start, base, first, last } = parts.range;
  return {
    period: parts.period,
    opening: parts.opening,
    entries: parts.entries.slice(first - start, last - start),
    closing: parts.closing,
    carried: [...parts.carried, ...parts.entries.slice(base - start, first - start)],
    openings: new Map(parts.openings.map(({ commitment, value }) => [commitment, value])),
  };
}

/** A file in the making; its bytes come once. */
export interface Made {
  name: string;
  pieces: Iterable<Uint8Array>;
}

function* populationFiles(input: EvidenceInput): Generator<Made> {
  for (const name of Object.keys(populations).sort()) {
    const population = populations[name]?.(input);
    if (population === undefined) continue;
    yield { name: `populations/${name}.csv`, pieces: inPieces(population.lines()) };
    yield { name: `populations/${name}.query.json`, pieces: [canonicalBytes(population.query)] };
  }
}

/** One file per control: the result, then one line per member of its population. */
async function* testFiles(input: EvidenceInput, results: JudgedControl[]): AsyncGenerator<Made> {
  for await (const { members, ...judged } of eachTest(input)) {
    results.push(judged);
    yield { name: `tests/${judged.control}.jsonl`, pieces: encodeLines(lines(judged, members)) };
  }
}

function* lines(judged: JudgedControl, members: Iterable<unknown>): Generator<unknown> {
  yield judged;
  yield* members;
}

/**
 * Everything that follows from the entries, file by file, in the package's order. Server and verifier call this, so what they
 * get must agree byte for byte. @returns the controls' results, complete once every file was taken
 */
export async function* derive(input: EvidenceInput): AsyncGenerator<Made, JudgedControl[]> {
  const results: JudgedControl[] = [];
  yield* populationFiles(input);
  yield* testFiles(input, results);
  return inOrder(results);
}
