import { fromUtf8 } from './bytes.ts';
import { parseVerifierKey, type VerifierKey } from './note.ts';
import { formatReport, type VerifyOptions, verifyPackage } from './package/index.ts';
import type { ByteSource } from './source.ts';

/** What the command needs from wherever it runs. */
export interface VerifyHost {
  /** Throws where the file cannot be read. */
  readFile(path: string): Uint8Array;
  /** A package may be larger than what memory should hold. Throws where the file cannot be read. */
  openFile(path: string): ByteSource;
  print(text: string): void;
  printError(text: string): void;
  /** What `--version` says: the hash of the verifier that is running. */
  version(): string;
}

export const VERIFY_USAGE = `usage: verify PACKAGE [--key VKEY|@FILE]... [--since CHECKPOINT] [--require-complete] [--json]
       verify --version

  --key               the log's verifier key as you were told it, or @ and a file that holds it; may be given again
  --since             a checkpoint of the same log that you kept
  --require-complete  take anything withheld as a failure
  --json              the whole report as JSON

example: verify package.zip --key @log.vkey

exit code: 0 everything holds (a partial package says so), 1 something does not, 2 usage or an unreadable file
`;

class UsageError extends Error {}

interface Arguments {
  file: string | undefined;
  keys: string[];
  since: string | undefined;
  flags: Set<string>;
}

const FLAGS = new Set(['--require-complete', '--json', '--version', '--help']);

function parseArguments(args: string[]): Arguments {
  const parsed: Arguments = { file: undefined, keys: [], since: undefined, flags: new Set() };
  const rest = args.flatMap((arg) =>
    /^--(key|since)=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg],
  );
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (FLAGS.has(arg)) parsed.flags.add(arg);
    else if (arg === '--key' || arg === '--since') {
      const value = rest.shift();
      if (value === undefined) throw new UsageError(`\`${arg}\` wants a value`);
      if (arg === '--key') parsed.keys.push(value);
      else if (parsed.since === undefined) parsed.since = value;
      else throw new UsageError('`--since` may be given once');
    } else if (arg.startsWith('-')) throw new UsageError(`unknown option \`${arg}\``);
    else if (parsed.file === undefined) parsed.file = arg;
    else throw new UsageError('one package at a time');
  }
  return parsed;
}

function read<T>(open: (path: string) => T, path: string): T {
  try {
    return open(path);
  } catch {
    throw new UsageError(`cannot read \`${path}\``);
  }
}

function readKey(host: VerifyHost, key: string): VerifierKey {
  const text = key.startsWith('@') ? fromUtf8(read(host.readFile, key.slice(1))).trim() : key;
  try {
    return parseVerifierKey(text);
  } catch (error) {
    throw new UsageError(`\`${key}\` is no verifier key: ${(error as Error).message}`);
  }
}

function optionsOf(host: VerifyHost, { keys, since, flags }: Arguments): VerifyOptions {
  return {
    ...(keys.length > 0 ? { keys: keys.map((key) => readKey(host, key)) } : {}),
    ...(since === undefined ? {} : { since: read(host.readFile, since) }),
    requireComplete: flags.has('--require-complete'),
  };
}

async function verifyFile(host: VerifyHost, args: Arguments): Promise<number> {
  if (args.file === undefined) throw new UsageError('no package given');
  const options = optionsOf(host, args);
  const report = await verifyPackage(read(host.openFile, args.file), options);
  host.print(args.flags.has('--json') ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report));
  return report.exitCode;
}

/** The `verify` command: answers with the exit code. 0 holds, 1 does not, 2 usage or a file that cannot be read. */
export async function runVerify(args: string[], host: VerifyHost): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed.flags.has('--help')) host.print(VERIFY_USAGE);
    else if (parsed.flags.has('--version')) host.print(`${host.version()}\n`);
    else return await verifyFile(host, parsed);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    host.printError(`${error.message}\n\n${VERIFY_USAGE}`);
    return 2;
  }
}
