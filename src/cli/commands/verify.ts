import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { MunimentError } from '../../kernel/index.ts';

/** The same one file that an auditor runs: its hash is the one that `--version` prints. */
export const VERIFIER_FILE = join(import.meta.dirname, '../../../verifier/dist/muniment-verify.mjs');

type Verifier = Pick<typeof import('#verifier'), 'fileSource' | 'runVerify' | 'sha256Hex'>;

async function loadVerifier(): Promise<Verifier> {
  try {
    return (await import(pathToFileURL(VERIFIER_FILE).href)) as Verifier;
  } catch (cause) {
    throw new MunimentError(
      'tool_missing',
      'the verifier is not built: start once by `npm start` or `./bin/muniment verify`',
      { cause },
    );
  }
}

async function run(_options: unknown, self: Command): Promise<void> {
  const { fileSource, runVerify, sha256Hex } = await loadVerifier();
  process.exitCode = await runVerify(self.args, {
    readFile: (path) => new Uint8Array(readFileSync(path)),
    openFile: fileSource,
    print: (text) => process.stdout.write(text),
    printError: (text) => process.stderr.write(text),
    version: () => `sha256 ${sha256Hex(readFileSync(VERIFIER_FILE))}`,
  });
}

/** Its options are the verifier's own, so the two can never differ. */
export const verifyCommand = (): Command =>
  new Command('verify')
    .description('check an evidence package, with no server and no network')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(run);
