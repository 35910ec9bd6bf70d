import { randomUUID } from 'node:crypto';
import type { Rows, SourceSpec } from '#verifier';
import type { Seal } from '../crypto/index.ts';
import { type Clock, MunimentError, timestamp } from '../kernel/index.ts';
import type { Database, Log } from '../store/index.ts';
import { reconcileFindings } from './after.ts';
import { type Catalog, createCatalog } from './catalog.ts';
import { type Claim, claim } from './claim.ts';
import type { Opening, SourceLimits, SourceType } from './contract.ts';
import { type Decision, decide, type Pair, pairUp, splitUp } from './decide.ts';
import { SOURCE_LIMITS, SWEEP_LEASE_SECONDS } from './limits.ts';
import { secretFingerprint } from './marks.ts';
import { documentOf, leaseSweep, releaseSweep } from './queries.ts';
import { nextSweep } from './schedule.ts';
import { type Configured, createSourceBook, type SourceRequest } from './sources.ts';
import { type SweepResult, sweepSource } from './sweep.ts';
import { type SourceTest, testSource } from './try-out.ts';

/** How far a running sweep has come. */
export interface Progress {
  source: string;
  partition: string;
  listing: string;
  /** Of the partition. */
  pages: number;
  /** Of the listing. */
  items: number;
  started: string;
}

export interface SourceView {
  source: string;
  type: string;
  title: string;
  spec: SourceSpec;
  /** False for what every server has. */
  declared: boolean;
  since: string | null;
  /** The latest sweep of each partition. */
  last: Array<Rows['sweep']>;
  /** When it is swept next (RFC 3339); null: when somebody asks. */
  next: string | null;
  running: Progress | null;
}

export interface Discovery {
  catalog: Catalog;
  sources(): Promise<SourceView[]>;
  /** Throws `not_found`. */
  source(source: string): Promise<Configured>;
  configure(request: SourceRequest, actor: string): Promise<{ entry: number }>;
  remove(source: string, reason: string, actor: string): Promise<{ entry: number }>;
  /** Reads the first page of each listing and records nothing. */
  test(source: string): Promise<SourceTest>;
  /**
   * Sweeps a source and records each of its partitions.
   * @throws MunimentError `not_found`; `sweep_running` where one is under way, here or on another replica
   */
  sweep(source: string, actor: string): Promise<SweepResult[]>;
  running(): Progress[];
  /** Ends a sweep that runs here: nothing of the partition under way counts. @returns false where none runs */
  cancel(source: string): boolean;
  claim(claim: Claim): Promise<{ entry: number }>;
  dispose(decision: Decision): Promise<{ entry: number }>;
  join(pair: Pair): Promise<{ entry: number }>;
  split(pair: Pair): Promise<{ entry: number }>;
  /** Opens and closes findings by what stands now. */
  judge(): Promise<void>;
  /** A committed page, canonical JSON. */
  document(digest: string): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

export interface DiscoveryOptions {
  database: Database;
  log: Log;
  clock: Clock;
  seal: Seal;
  /** 32 bytes, kept sealed: fingerprints and salts are made under it. */
  fingerprintKey: Uint8Array;
  /** Sources of every server. */
  builtIn?: Record<string, SourceSpec>;
  /** Source types besides those in the folder. */
  types?: readonly SourceType[];
  limits?: Partial<SourceLimits>;
}

interface Run {
  controller: AbortController;
  progress: Progress;
  done: Promise<unknown>;
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { database, log, clock, builtIn = {}, fingerprintKey } = options;
  const catalog = createCatalog(options.types);
  const book = createSourceBook({ ...options, catalog, builtIn });
  const limits = { ...SOURCE_LIMITS, ...options.limits };
  const runs = new Map<string, Run>();

  const openingOf = (configured: Configured, signal: AbortSignal): Opening => ({
    source: configured.source,
    secret: (name) => book.secret(configured, name),
    hasSecret: (name) => configured.spec.secrets[name] !== undefined,
    ...{ signal, limits, now: () => clock.now() },
    fingerprint: (secret) => secretFingerprint(fingerprintKey, secret),
    conceal: (text) => secretFingerprint(fingerprintKey, `name\0${configured.source}\0${text}`),
  });

  async function run(configured: Configured, actor: string, run: Run): Promise<SweepResult[]> {
    const { source, type, spec } = configured;
    const onPage = (partition: string, listing: string, pages: number, items: number) =>
      Object.assign(run.progress, { partition, listing, pages, items });
    const sweeping = {
      ...{ database, log, clock, fingerprintKey, source, type, actor, onPage },
      opening: openingOf(configured, run.controller.signal),
    };
    const { results, declared } = await sweepSource(sweeping, type.settings.parse(spec.settings));
    await reconcileFindings({ database, log, clock }, declared && { source, declared });
    return results;
  }

  /** INVARIANT: one sweep of a source at a time, among all replicas; a replica that died is waited for as long as its lease. */
  async function leased<T>(source: string, work: () => Promise<T>): Promise<T> {
    const lease = randomUUID();
    const take = () => {
      const now = clock.now();
      const until = new Date(now.getTime() + SWEEP_LEASE_SECONDS * 1000);
      return leaseSweep(database.db, source, lease, timestamp(now), timestamp(until));
    };
    if (!(await take())) throw new MunimentError('sweep_running', `another replica sweeps \`${source}\``);
    const renewal = setInterval(() => void take().catch(() => undefined), (SWEEP_LEASE_SECONDS * 1000) / 4);
    try {
      return await work();
    } finally {
      clearInterval(renewal);
      await releaseSweep(database.db, source, lease);
    }
  }

  async function sweep(source: string, actor: string): Promise<SweepResult[]> {
    if (runs.has(source)) throw new MunimentError('sweep_running', `a sweep of \`${source}\` is under way`);
    const started = timestamp(clock.now());
    const progress = { source, partition: '', listing: '', pages: 0, items: 0, started };
    const mine: Run = { controller: new AbortController(), progress, done: Promise.resolve() };
    runs.set(source, mine);
    try {
      const configured = await book.get(source);
      const done = leased(source, () => run(configured, actor, mine));
      mine.done = done.catch(() => undefined);
      return await done;
    } finally {
      runs.delete(source);
    }
  }

  /** What was decided may close a finding. */
  async function thenJudge<T>(decided: Promise<T>): Promise<T> {
    const result = await decided;
    await reconcileFindings({ database, log, clock });
    return result;
  }

  return {
    catalog,
    async sources() {
      const sweeps = await log.rows('sweep');
      const views = (await book.list()).map(async ({ source, spec, since }): Promise<SourceView> => {
        const { title } = await catalog.type(spec.type);
        const last = sweeps.filter((row) => row.source === source);
        const running = runs.get(source)?.progress ?? null;
        const at = nextSweep({ source, spec, last }, clock.now());
        const next = at && timestamp(at);
        return { source, type: spec.type, title, spec, declared: since !== null, since, last, next, running };
      });
      return Promise.all(views);
    },
    source: (source) => book.get(source),
    configure: (request, actor) => book.configure(request, actor),
    remove: (source, reason, actor) => book.remove(source, reason, actor),
    async test(source) {
      const configured = await book.get(source);
      const { signal } = new AbortController();
      return testSource(configured, openingOf(configured, signal), fingerprintKey);
    },
    sweep,
    running: () => [...runs.values()].map(({ progress }) => ({ ...progress })),
    cancel(source) {
      runs.get(source)?.controller.abort();
      return runs.has(source);
    },
    claim: (request) => thenJudge(claim(log, request)),
    dispose: (decision) => thenJudge(decide(log, clock, decision)),
    join: (pair) => pairUp(log, pair),
    split: (pair) => splitUp(log, pair),
    judge: () => reconcileFindings({ database, log, clock }),
    document: (digest) => documentOf(database.db, digest),
    async close() {
      for (const { controller } of runs.values()) controller.abort();
      await Promise.all([...runs.values()].map(({ done }) => done));
    },
  };
}
