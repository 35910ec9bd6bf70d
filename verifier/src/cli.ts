/** The offline verifier: a program where Node runs it, a module where a page or a script imports it. */
import { runVerify } from './command.ts';
import { fileSource } from './file-source.ts';
import { sha256Hex } from './hash.ts';

export * from './index.ts';

interface NodeLike {
  argv: string[];
  exitCode?: number;
  stdout: { write(text: string): void };
  stderr: { write(text: string): void };
  getBuiltinModule(name: 'node:fs'): {
    readFileSync(path: string | URL): Uint8Array;
    realpathSync(path: string): string;
  };
  getBuiltinModule(name: 'node:url'): { pathToFileURL(path: string): URL };
}

const node = (globalThis as unknown as { process?: Partial<NodeLike> }).process;

/** True where this very file was started, and not imported. */
function isStarted(process: Partial<NodeLike> | undefined): process is NodeLike {
  const started = process?.argv?.[1];
  if (started === undefined || process?.getBuiltinModule === undefined) return false;
  const real = process.getBuiltinModule('node:fs').realpathSync(started);
  return process.getBuiltinModule('node:url').pathToFileURL(real).href === import.meta.url;
}

async function main(process: NodeLike): Promise<void> {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  process.exitCode = await runVerify(process.argv.slice(2), {
    readFile: (path) => new Uint8Array(readFileSync(path)),
    openFile: fileSource,
    print: (text) => process.stdout.write(text),
    printError: (text) => process.stderr.write(text),
    version: () => `sha256 ${sha256Hex(readFileSync(new URL(import.meta.url)))}`,
  });
}

if (isStarted(node)) await main(node);
