import { utf8 } from '../bytes.ts';
import { canonicalBytes } from '../canonical.ts';
import type { CommitmentOpening } from '../commitment.ts';
import type { EvidenceInput } from '../evidence-input.ts';
import { populations } from '../populations/index.ts';
import { runTests, type TestResult } from '../tests/index.ts';
import type { Entry, State } from '../words/index.ts';
import type { ZipMember } from '../zip.ts';
import { encodeLines } from './json.ts';
import type { Derived, Range } from './model.ts';

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

function populationMembers(input: EvidenceInput): ZipMember[] {
  return Object.keys(populations)
    .sort()
    .flatMap((name) => {
      const population = populations[name]?.(input);
      if (population === undefined) return [];
      return [
        { name: `populations/${name}.csv`, bytes: utf8(population.csv) },
        { name: `populations/${name}.query.json`, bytes: canonicalBytes(population.query) },
      ];
    });
}

/** One file per control: the result, then one line per member of its population. */
const testMember = ({ members, ...result }: TestResult): ZipMember => ({
  name: `tests/${result.control}.jsonl`,
  bytes: encodeLines([result, ...members]),
});

/** Everything that follows from the entries. Server and verifier call this, so what they get must agree byte for byte. */
export async function derive(parts: Parts): Promise<Derived> {
  const input = evidenceInput(parts);
  const results = await runTests(input);
  const tests = results.map(testMember).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { input, results, members: [...populationMembers(input), ...tests] };
}
