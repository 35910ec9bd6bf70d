import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Coverage, openCoverage } from './coverage.ts';
import { cross, mutate } from './mutate.ts';
import { createRandom, type Random } from './random.ts';
import type { Fed, Target } from './target.ts';
import { startWatchdog } from './watchdog.ts';

/** A parser that needs longer than this for one input is a finding. */
export const SLOW_MS = 5_000;
/** What may stay behind of a whole run, beyond its corpus, before it is called a leak. */
const HEAP_GROWTH_MAX_BYTES = 96 * 1024 * 1024;
/** Asking V8 what ran costs more than most parsers do, so several inputs are asked about together. */
const BATCH = 256;
const POOL_MAX = 4_000;
/** What is kept for the corpus stays small. */
const KEPT_MAX_BYTES = 2 * 1024;
/** Enough to begin to mend. */
const FINDINGS_MAX = 10;

export const CORPUS = join(import.meta.dirname, 'corpus');
export const FINDINGS = join(import.meta.dirname, 'findings');

export interface Finding {
  input: Buffer;
  why: string;
}

export interface Outcome {
  inputs: number;
  /** Inputs that ran something new. */
  grown: Buffer[];
  functions: number;
  findings: Finding[];
}

export function readCorpus(name: string): Buffer[] {
  const folder = join(CORPUS, name);
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file)));
}

/** Answers why an input is a finding: an error that the parser does not declare, or too much time. */
export async function judge({ feed, declares }: Fed, input: Buffer): Promise<string | undefined> {
  const start = performance.now();
  try {
    await feed(input);
  } catch (error) {
    if (!declares(error)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const took = performance.now() - start;
  return took > SLOW_MS ? `slow: ${Math.round(took)} ms for ${input.length} bytes` : undefined;
}

/** Other work on the machine makes one input slow by chance, not twice. */
async function confirmed(fed: Fed, input: Buffer): Promise<string | undefined> {
  const why = await judge(fed, input);
  return why?.startsWith('slow') ? judge(fed, input) : why;
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

function nextInput(target: Target, pool: Buffer[], random: Random): Buffer {
  const seed = random.pick(pool);
  if (random.chance(10)) return cross(seed, random.pick(pool), random);
  return (target.mutate ?? mutate)(seed, random, target.words);
}

interface Run {
  target: Target;
  fed: Fed;
  pool: Buffer[];
  random: Random;
  coverage: Coverage;
  watch(input: Buffer): void;
  outcome: Outcome;
}

async function feedOne(run: Run, input: Buffer): Promise<void> {
  run.watch(input);
  run.outcome.inputs += 1;
  const why = await confirmed(run.fed, input);
  if (why !== undefined) run.outcome.findings.push({ input, why });
}

/** Feeds inputs; where they ran something new, halves of them are fed again until it is known which one did. */
async function feedAll(run: Run, inputs: Buffer[]): Promise<void> {
  const { coverage, outcome, pool } = run;
  const before = coverage.mark();
  for (const input of inputs) await feedOne(run, input);
  if (!coverage.grew()) return;
  if (inputs.length === 1) {
    outcome.grown.push(...inputs);
    if (pool.length < POOL_MAX) pool.push(...inputs);
    return;
  }
  coverage.back(before);
  const half = inputs.length >> 1;
  await feedAll(run, inputs.slice(0, half));
  await feedAll(run, inputs.slice(half));
}

const feedBatch = (run: Run): Promise<void> =>
  feedAll(
    run,
    Array.from({ length: BATCH }, () => nextInput(run.target, run.pool, run.random)),
  );

/** Fuzzes one target. `seed` makes the run what it was; coverage of asynchronous parts may still differ. */
export async function fuzz(name: string, target: Target, seconds: number, seed: number): Promise<Outcome> {
  const fed = await target.open();
  const watchdog = startWatchdog(FINDINGS);
  const outcome: Outcome = { inputs: 0, grown: [], functions: 0, findings: [] };
  const run: Run = {
    target,
    fed,
    pool: [...readCorpus(name), ...(fed.seeds ?? [])],
    random: createRandom(seed),
    coverage: openCoverage(),
    watch: watchdog.watch,
    outcome,
  };
  for (const input of run.pool) await feedOne(run, input);
  run.coverage.grew();
  const heap = heapBytes();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end && outcome.findings.length < FINDINGS_MAX) await feedBatch(run);
  outcome.functions = run.coverage.functions();
  const growth = heapBytes() - heap;
  if (growth > HEAP_GROWTH_MAX_BYTES && !target.keepsState)
    outcome.findings.push({ input: Buffer.alloc(0), why: `heap grew by ${growth} bytes` });
  await watchdog.end();
  await fed.close?.();
  return outcome;
}

const nameOf = (input: Buffer): string => createHash('sha256').update(input).digest('hex').slice(0, 16);

export function keepFindings(name: string, findings: Finding[]): void {
  mkdirSync(FINDINGS, { recursive: true });
  for (const { input } of findings) writeFileSync(join(FINDINGS, `${name}-${nameOf(input)}`), input);
}

/** Adds inputs that ran something new to the corpus, the last first: what came late is deepest. */
export function keepGrown(name: string, grown: Buffer[], most: number): void {
  const small = grown.filter(({ length }) => length <= KEPT_MAX_BYTES);
  for (const input of small.slice(-most)) writeFileSync(join(CORPUS, name, nameOf(input)), input);
}
