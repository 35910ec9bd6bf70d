import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { formatReport, verifyPackage } from '#verifier';
import { type Remapped, remapPackage } from '../../discovery/index.ts';
import { MunimentError } from '../../kernel/index.ts';
import { command } from '../context.ts';
import { print, printable, table } from '../terminal.ts';
import { givenVerifierKey } from '../verifier-key.ts';

interface Options {
  key?: string;
  json?: boolean;
}

const listText = (results: Remapped[]): string =>
  table(
    ['SOURCE', 'PARTITION', 'THINGS', 'OUTCOME', 'WHY'],
    results.map((it) => [it.source, printable(it.partition), String(it.observations), it.outcome, it.why]),
    'the package holds no sweep',
  );

/** @throws MunimentError `not_found` */
function readPackage(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new MunimentError('not_found', `the package \`${file}\` cannot be read`, { cause });
  }
}

/** Verified first: nothing rests on pages that nobody signed for. */
async function run(file: string, options: Options): Promise<void> {
  const keys = options.key === undefined ? {} : { keys: [givenVerifierKey(options.key)] };
  const bytes = readPackage(file);
  const report = await verifyPackage(bytes, keys);
  if (report.exitCode !== 0)
    throw new MunimentError('bad_request', 'the package does not hold', { detail: formatReport(report) });
  const results = await remapPackage(bytes);
  print(results, options.json, () => listText(results));
  if (results.some(({ outcome }) => outcome === 'DIFFERENT')) process.exitCode = 1;
}

export const remapCommand = (): Command =>
  command(
    'remap',
    'map the pages in a package again, and compare with what the sweeps recorded; no server, no network',
    'muniment remap package.zip --key @log.vkey',
  )
    .argument('<package>', 'an evidence package')
    .option('--key <vkey>', "the log's verifier key as you were told it, or @ and a file that holds it")
    .action(run);
