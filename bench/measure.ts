import { generateKeyPairSync, sign } from 'node:crypto';
import { cpus, release, totalmem } from 'node:os';

export interface Figure {
  name: string;
  perSecond?: number;
  /** Milliseconds. */
  p50?: number;
  p99?: number;
  /** To the base that `of` names. */
  ratio?: number;
  of?: string;
  note?: string;
}

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`;

const BASE_MS = 1000;

/** Bare P-256 signatures a second on this one core: what every issuance rate is a ratio of. */
export function signaturesPerSecond(): number {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = Buffer.alloc(256, 1);
  const end = performance.now() + BASE_MS;
  let count = 0;
  while (performance.now() < end) {
    sign('sha256', message, privateKey);
    count += 1;
  }
  return count / (BASE_MS / 1000);
}

export function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Runs `work` from `workers` callers at once for a time; how often a second it was done, and how long each took. */
export async function underLoad(
  workers: number,
  milliseconds: number,
  work: () => Promise<unknown>,
): Promise<Required<Pick<Figure, 'perSecond' | 'p50' | 'p99'>>> {
  const times: number[] = [];
  const began = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - began < milliseconds) {
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: workers }, caller));
  const elapsed = performance.now() - began;
  times.sort((a, b) => a - b);
  return {
    perSecond: (times.length / elapsed) * 1000,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}

const rounded = (value: number | undefined, digits: number): string =>
  value === undefined ? '' : value.toFixed(digits);

/** How much a figure changed, by its ratio where it has one: ratios of two runs may be compared, rates hardly. */
function change(figure: Figure, before: Figure | undefined): string {
  for (const key of ['ratio', 'perSecond', 'p50'] as const) {
    const [now, then] = [figure[key], before?.[key]];
    if (now !== undefined && then !== undefined && then !== 0)
      return `${key} ${(now / then).toFixed(2)} of before`;
  }
  return '';
}

export function line(figure: Figure, before?: Figure): string {
  const ratio = figure.ratio === undefined ? '' : `${figure.ratio.toFixed(3)} of ${figure.of}`;
  const columns = [
    figure.name.padEnd(52),
    rounded(figure.perSecond, 0).padStart(9),
    rounded(figure.p50, 1).padStart(8),
    rounded(figure.p99, 1).padStart(8),
  ];
  return `${columns.join(' ')}  ${[ratio, figure.note ?? '', change(figure, before)].filter((text) => text !== '').join('; ')}`;
}
