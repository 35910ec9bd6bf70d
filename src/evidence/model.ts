import { KINDS, type Kind, nodeHash, type Range, type TestResult } from '#verifier';
import { MunimentError } from '../kernel/index.ts';

export interface Period {
  /** `[from, to)` by knowledge time; RFC 3339. */
  from: string;
  to: string;
}

export interface BuildRequest extends Period {
  /**
   * What to leave out, said in the signed manifest: `personal` (the values of all personal fields), a person's id
   * (theirs alone), a kind of entry (the bodies of all such), or `entry:N` (one body).
   */
  withhold?: string[];
  /** Id of who asked. */
  actor?: string;
}

export interface Verdicts {
  period: Period;
  /** The log's size that they were computed at. */
  size: number;
  results: TestResult[];
}

/**
 * Entries, decoded, and their rows are in memory while a package is built or checked: over 100,000 of them the checker has been
 * seen to take 0.7 GB (`npm run bench -- package`). Beyond this, a period has to be split.
 */
export const PACKAGE_ENTRIES_MAX = 110_000;
export const PACKAGE_BODIES_MAX_BYTES = 128 * 1024 * 1024;
/** Of the pages of sweeps in one package: what is beyond is listed as withheld. */
export const PACKAGE_PAGES_MAX_BYTES = 256 * 1024 * 1024;
/** How far a period reaches back where nobody says: so long, and over no more entries. */
export const VERDICTS_ENTRIES_DEFAULT = 20_000;
const DEFAULT_DAYS = 30;

const DAY_MS = 86_400_000;

const RFC3339 = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** `Date` takes 31 February for a day in March. */
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day;

function canonicalTime(text: string, what: string): string {
  const day = RFC3339.exec(text)?.[1];
  const at = new Date(text);
  if (day === undefined || !isDay(day) || Number.isNaN(at.getTime())) {
    throw new MunimentError('invalid_time', `\`${text}\` is no RFC 3339 time`, { path: what });
  }
  return at.toISOString();
}

const daysBefore = (time: string, days: number): string =>
  new Date(Date.parse(time) - days * DAY_MS).toISOString();

/** Throws `invalid_time` for what is no time, an empty period, or one that has not ended. `from` has a default. */
export function checkPeriod({ from, to: end }: { from?: string | undefined; to: string }, now: Date): Period {
  const to = canonicalTime(end, 'to');
  const period = {
    from: from === undefined ? daysBefore(to, DEFAULT_DAYS) : canonicalTime(from, 'from'),
    to,
  };
  if (period.from >= period.to)
    throw new MunimentError('invalid_time', '`from` must lie before `to`', { path: 'from' });
  if (Date.parse(period.to) > now.getTime()) {
    throw new MunimentError('invalid_time', '`to` lies in the future: the period has not ended', {
      path: 'to',
    });
  }
  return period;
}

/** What a request leaves out, as predicates. */
export interface Withheld {
  body(index: number, kind: Kind): boolean;
  personal: boolean;
  persons: ReadonlySet<string>;
}

/** A package starts from snapshots, so their bodies stay. */
const isWithholdable = (word: string): boolean => KINDS.has(word as Kind) && word !== 'snapshot';

/** Throws `bad_request` for a word that means nothing here: what should stay private must not slip through. */
export function readWithheld(words: readonly string[]): Withheld {
  const persons = new Set(words.filter((word) => word.startsWith('per_')));
  const kinds = new Set<string>(words.filter(isWithholdable));
  const entries = new Set(words.flatMap((word) => /^entry:(\d{1,15})$/.exec(word)?.[1] ?? []).map(Number));
  const unknown = words.find(
    (word) => word !== 'personal' && !persons.has(word) && !kinds.has(word) && !/^entry:\d{1,15}$/.test(word),
  );
  if (unknown !== undefined) {
    throw new MunimentError('bad_request', `nothing is called \`${unknown}\` that could be withheld`, {
      path: 'withhold',
    });
  }
  return {
    body: (index, kind) => kind !== 'snapshot' && (kinds.has(kind) || entries.has(index)),
    personal: words.includes('personal'),
    persons,
  };
}

/** Where a package's leaves begin: with those that the snapshot is not of, or at the leaf before the period. */
export function rangeOf(base: number, snapshot: number, first: number, last: number): Range {
  return { start: first === 0 ? 0 : Math.min(base, first - 1), base, snapshot, first, last };
}

/** Throws `bad_request`, and names a moment at which the period can be cut. */
export function tooLarge({ from, to }: Period, cut: string, why: string): never {
  const parts = cut > from && cut < to ? `[${from}, ${cut}) and [${cut}, ${to})` : 'shorter periods';
  throw new MunimentError('bad_request', `${why}: build ${parts}; packages chain`);
}

const trailingZeros = (size: number): number => {
  let count = 0;
  for (let rest = size; rest % 2 === 0; rest /= 2) count += 1;
  return count;
};

/**
 * Roots of the perfect trees of a tree, widest first, from the inclusion proof of its last leaf (RFC 6962, 2.1.1): the first
 * hashes of the proof lie within the last perfect tree, the others are the roots of those left of it.
 */
export function frontierFromProof(size: number, lastLeafHash: Uint8Array, proof: Uint8Array[]): Uint8Array[] {
  const height = trailingZeros(size);
  const last = proof.slice(0, height).reduce((hash, left) => nodeHash(left, hash), lastLeafHash);
  return [...proof.slice(height).reverse(), last];
}
