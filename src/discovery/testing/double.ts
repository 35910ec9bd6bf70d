import type { TestContext } from 'node:test';

/** Everything that can go wrong with a source: one table, run over every connector. */
export const FAULTS = [
  'none',
  'unauthorized',
  'forbidden-part',
  'not-found',
  'too-many-with-retry-after',
  'too-many-without-retry-after',
  'too-many-for-good',
  'error-then-good',
  'repeated-page',
  'cut-page',
  'empty-last-page',
  'connection-cut',
  'invalid-answer',
  'broken-item',
  'clock-off',
  'count-disagrees',
  'many-items',
  'hostile-names',
  'slow',
] as const;
export type FaultCase = (typeof FAULTS)[number];

/** What the made-up provider holds. */
export interface Plan {
  /** Things in the listing that faults hit; at least three pages of them unless the case says otherwise. */
  items: number;
  /** Name of the i-th; hostile ones in one case. */
  name(index: number): string;
  fault: FaultCase;
}

/** A provider that stands for the real one in tests of faults: it speaks the real protocol on a real socket. */
export interface Running {
  settings: Record<string, unknown>;
  secrets: Record<string, string>;
  /** Names of the operations that were asked of it so far, by its own reckoning (not by what the connector says it asked). */
  asked(): string[];
  /** From now on nothing is wrong any more, and it holds what it was started with. */
  heal(): void;
  /** The opposite: from now on `plan.fault` is there again, as it is from the start. The table heals it for a first sweep. */
  fail?(): void;
  stop(): Promise<void>;
}

/** Each connector's `testing/double.ts` exports one as `double`. */
export interface Double {
  /** The listing that faults hit. */
  listing: string;
  /** How many things of the estate each item of that listing comes to. */
  observationsPerItem?: number;
  start(t: TestContext, plan: Plan): Promise<Running>;
  /** Cases that cannot be caused with this kind of source, and why; each is told in the test's output. */
  not: Partial<Record<FaultCase, string>>;
}

export interface DoubleRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string;
}

export interface DoubleAnswer {
  status?: number;
  headers?: Record<string, string>;
  body: string;
}

/** What an HTTP double says for itself; `httpDouble` adds the server and the faults of transport. */
export interface HttpProvider {
  listing: string;
  /** Page size of the listing that faults hit: 100 unless the provider has another. */
  settings(base: string): Record<string, unknown>;
  secrets: Record<string, string>;
  /** Name of the declared operation; undefined for a request that no declared operation makes (the test then fails). */
  operationOf(request: DoubleRequest): string | undefined;
  /** Whether faults hit this request: one of the listing's pages. */
  isListing(request: DoubleRequest): boolean;
  /** Whether it belongs to the one part (account, region, project, item) that is forbidden in `forbidden-part`. */
  isPart(request: DoubleRequest): boolean;
  /** Answers like the provider, with the page faults of `plan.fault` (repeated-page, cut-page, empty-last-page, broken-item, count-disagrees) built in. */
  answer(request: DoubleRequest, plan: Plan): DoubleAnswer;
  /** Headers and body of an answer with such a status, where the provider's client reads them; otherwise a JSON message. */
  refusal?(status: number): DoubleAnswer;
  not: Partial<Record<FaultCase, string>>;
}
