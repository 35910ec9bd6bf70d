import {
  CONTROLS,
  fromUtf8,
  type Manifest,
  MEMBER,
  type Report,
  readZip,
  sha256Hex,
  type TestResult,
} from '#verifier';

/** What the template shows. Every value is text or a number: nothing in it is ever read as markup. */
export interface SummaryFacts {
  outcome: string;
  origin: string;
  key: string;
  from: string;
  to: string;
  entries: string;
  withheld: string;
  sha256: string;
  manifest: string;
  counts: Array<[verdict: string, count: number]>;
  controls: Array<{
    id: string;
    title: string;
    statement: string;
    verdict: string;
    members: number;
    exceptions: number;
    clauses: Array<{
      verdict: string;
      clause: string;
      population: number;
      why: string;
      deviations: string[];
    }>;
    excepted: Array<{ exception: string; subject: string; until: string; compensating: string; use: string }>;
  }>;
  untested: Array<{ id: string; title: string; why: string }>;
  files: Array<{ name: string; size: number; sha256: string }>;
}

const DEVIATIONS_MAX = 12;
const WHY_MAX_CHARACTERS = 600;

const short = (text: string): string =>
  text.length <= WHY_MAX_CHARACTERS ? text : `${text.slice(0, WHY_MAX_CHARACTERS).toWellFormed()} …`;

const useOf = ({ void: why, covers }: TestResult['exceptions'][number]): string =>
  why !== '' ? `counts for nothing: ${why}` : covers ? 'covers a departure' : 'covers nothing in the period';

type Result = Omit<TestResult, 'members'>;

function controlOf({
  control,
  verdict,
  clauses,
  counts,
  exceptions,
}: Result): SummaryFacts['controls'][number] {
  const { title = '', statement = '' } = CONTROLS.find(({ id }) => id === control) ?? {};
  return {
    id: control,
    title,
    statement,
    verdict,
    members: counts.members,
    exceptions: counts.exceptions,
    clauses: clauses.map((each) => ({
      verdict: each.verdict,
      clause: each.clause,
      population: each.population,
      why: short(each.why),
      deviations: [
        ...each.deviations.slice(0, DEVIATIONS_MAX).map(short),
        ...(each.deviations.length > DEVIATIONS_MAX
          ? [`and ${each.deviations.length - DEVIATIONS_MAX} more`]
          : []),
      ],
    })),
    excepted: exceptions.map((each) => ({ ...each, use: useOf(each) })),
  };
}

const isTested = ({ clauses }: Result): boolean => clauses[0]?.clause !== 'a test exists';

/** The first line of each control's file is its result; the others are its members. */
function resultsOf(files: ReadonlyMap<string, Uint8Array>): Result[] {
  return CONTROLS.flatMap(({ id }) => {
    const bytes = files.get(`tests/${id}.jsonl`);
    return bytes ? [JSON.parse(fromUtf8(bytes).split('\n', 1)[0] ?? '') as Result] : [];
  });
}

function tally(results: Result[]): Array<[string, number]> {
  const counts = new Map<string, number>();
  for (const { verdict } of results) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Reads a package that was verified already: `report` is what came of it. */
export function factsOf(bytes: Uint8Array, { outcome }: Pick<Report, 'outcome'>): SummaryFacts {
  const files = new Map(readZip(bytes).map((member) => [member.name, member.bytes]));
  const manifestBytes = files.get(MEMBER.manifest) ?? new Uint8Array();
  const manifest = JSON.parse(fromUtf8(manifestBytes)) as Manifest;
  const results = resultsOf(files);
  const { range, withheld } = manifest;
  return {
    outcome,
    origin: manifest.origin,
    key: manifest.logKey,
    from: manifest.period.from,
    to: manifest.period.to,
    entries: `${range.last - range.first}: ${range.first} to ${range.last - 1}`,
    withheld: `${withheld.bodies.length} bodies, ${withheld.openings.length} personal values, ${withheld.pages.length} pages of sweeps`,
    sha256: sha256Hex(bytes),
    manifest: sha256Hex(manifestBytes),
    counts: tally(results),
    controls: results.filter(isTested).map(controlOf),
    untested: results
      .filter((each) => !isTested(each))
      .map((each) => ({
        id: each.control,
        title: controlOf(each).title,
        why: short(each.clauses[0]?.why ?? ''),
      })),
    files: manifest.files,
  };
}
