/** The program of `test/interop/judges`: what is not ours and written in Go, each library behind a command. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { goProgram } from './support.ts';

const ASK_TIMEOUT_MS = 60_000;

// biome-ignore lint/suspicious/noExplicitAny: each command answers in a shape of its own
export type Line = Record<string, any>;

export interface Judges {
  /** Path of a tool that is built beside the program. */
  tool(name: string): string;
  /** The version of a module, as the program says it was built with. */
  version(module: string): string;
  /** Runs a command with a JSON value on its standard input; its lines, or what it said on standard error. */
  ask(command: string, question: object): { lines: Line[]; refusal: string };
  /** Starts a command that goes on; it is ended with the test. */
  start(command: string, args: string[]): Running;
}

export interface Running {
  /** The next line that fits. Fails once the program has ended. */
  next(fits?: (line: Line) => boolean): Promise<Line>;
  ended: Promise<number | null>;
}

const parse = (text: string): Line[] => {
  const lines = text.trim();
  return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line));
};

/** Bytes travel in base64, as Go's JSON has them. */
const write = (value: object): string =>
  JSON.stringify(value, (_, item) => (item?.type === 'Buffer' ? Buffer.from(item).toString('base64') : item));

/** The judges, built at need; where that cannot be the test is skipped, and they are undefined. */
export function judges(t: TestContext): Judges | undefined {
  const { folder, needs } = goProgram('judges');
  if (folder === undefined) {
    t.skip(needs);
    return undefined;
  }
  const program = join(folder, 'judges');
  const ask = (command: string, question: object) => {
    const done = spawnSync(program, [command], { input: write(question), timeout: ASK_TIMEOUT_MS });
    return { lines: parse(done.stdout.toString()), refusal: done.stderr.toString().trim() };
  };
  return {
    tool: (name) => join(folder, name),
    version: (module) => ask('versions', {}).lines[0]?.[module],
    ask,
    start(command, args) {
      const child = spawn(program, [command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
      t.after(() => child.kill());
      return reading(child);
    },
  };
}

function reading(child: ChildProcess): Running {
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  if (child.stdout === null) throw new Error('its output is not read');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ended,
    async next(fits = () => true) {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error('it ended before it said what is waited for');
        const line: Line = JSON.parse(value);
        if (fits(line)) return line;
      }
    },
  };
}
