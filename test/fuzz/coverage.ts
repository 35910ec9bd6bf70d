import { Session } from 'node:inspector';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What of our own sources has been run, by V8's own block coverage: no build step and no instrumented copy. */

const ROOT = pathToFileURL(join(import.meta.dirname, '..', '..')).href;
const OURS = new RegExp(`^${ROOT.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/(?:src|verifier/src)/`);

type Span = [start: number, end: number];

interface FunctionCoverage {
  ranges: Array<{ startOffset: number; endOffset: number; count: number }>;
}

/** Where both lists have something; both ascending and without overlap. */
function common(a: Span[], b: Span[]): Span[] {
  return a.flatMap(([start, end]) =>
    b.flatMap(([from, to]): Span[] => {
      const span: Span = [Math.max(start, from), Math.min(end, to)];
      return span[0] < span[1] ? [span] : [];
    }),
  );
}

const lengthOf = (spans: Span[]): number => spans.reduce((sum, [start, end]) => sum + end - start, 0);

type Mark = ReadonlyMap<string, Span[]>;

export interface Coverage {
  /** True where something ran since the last call that had never run before. */
  grew(): boolean;
  /** Functions of ours that have been entered. */
  functions(): number;
  mark(): Mark;
  /** Forgets what was learnt since `mark`. */
  back(mark: Mark): void;
}

export function openCoverage(): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  let missing = new Map<string, Span[]>();

  function add(key: string, { ranges }: FunctionCoverage): boolean {
    if (ranges[0]?.count === 0) return false;
    const unrun = ranges
      .filter(({ count }) => count === 0)
      .map((range): Span => [range.startOffset, range.endOffset]);
    const before = missing.get(key);
    const after = before === undefined ? unrun : common(before, unrun);
    missing.set(key, after);
    return before === undefined || lengthOf(after) < lengthOf(before);
  }

  return {
    grew() {
      let grown = false;
      session.post('Profiler.takePreciseCoverage', (error, answer) => {
        if (error) throw error;
        for (const { url, functions } of answer.result.filter((script) => OURS.test(script.url)))
          for (const each of functions) grown = add(`${url}:${each.ranges[0]?.startOffset}`, each) || grown;
      });
      return grown;
    },
    functions: () => missing.size,
    mark: () => new Map(missing),
    back(mark) {
      missing = new Map(mark);
    },
  };
}
