/** One stage of the package's bench in a process of its own, so that its memory is its own: `stage.ts NAME …`; prints JSON. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileSource, verifyPackage } from '#verifier';
import { fill, openHouseIn } from './fill.ts';

const MIB = 1024;
const STEP_MS = 10;

export interface StageResult {
  milliseconds: number;
  /** Peak of resident memory, MiB; and what it was before the work began. */
  peak: number;
  before: number;
  /** Longest time that the main thread answered nobody, ms. */
  lag: number;
  period?: { from: string; to: string };
}

const peak = (): number => Math.round(process.resourceUsage().maxRSS / MIB);

async function measured(work: () => Promise<unknown>): Promise<StageResult> {
  const before = peak();
  const began = performance.now();
  let [at, lag] = [began, 0];
  const look = setInterval(() => {
    const now = performance.now();
    [lag, at] = [Math.max(lag, now - at - STEP_MS), now];
  }, STEP_MS);
  await work();
  clearInterval(look);
  return { milliseconds: performance.now() - began, peak: peak(), before, lag };
}

async function build(folder: string, from: string, to: string, out: string): Promise<StageResult> {
  const test = await openHouseIn(folder);
  test.clock.advance(Math.max(0, Date.parse(to) - test.clock.now().getTime()));
  const result = await measured(async () => {
    const built = await test.house.evidence.build({ from, to });
    await pipeline(built.stream(), createWriteStream(out));
  });
  await test.close();
  return result;
}

const verify = (file: string): Promise<StageResult> =>
  measured(async () => {
    const report = await verifyPackage(fileSource(file));
    if (report.exitCode !== 0) throw new Error(JSON.stringify(report.problems));
  });

const [name, ...rest] = process.argv.slice(2);
const [first = '', second = '', third = '', fourth = ''] = rest;
const STAGES: Record<string, () => Promise<unknown>> = {
  fill: () => fill(first, Number(second)),
  build: () => build(first, second, third, fourth),
  verify: () => verify(first),
};
const stage = STAGES[name ?? ''];
if (stage === undefined) throw new Error(`there is no stage \`${name}\``);
process.stdout.write(JSON.stringify(await stage()), () => process.exit(0));
