/** Starts and stops the real programs that the story needs, and speaks to them as a person would. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = join(import.meta.dirname, '../..');
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning'];
const START_TIMEOUT_MS = 60_000;

export interface Program {
  child: ChildProcess;
  /** JSON objects that it printed so far, and a promise of the next that satisfies. */
  facts: Array<Record<string, unknown>>;
  until(
    wanted: (fact: Record<string, unknown>) => boolean,
    within?: number,
  ): Promise<Record<string, unknown>>;
  errors(): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const running = new Set<ChildProcess>();

/** Ends whatever still runs; for the end of a story, good or bad. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((child) => end(child, 'SIGTERM')));
}

const STOP_GRACE_MS = 5000;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  await gone;
  clearTimeout(timer);
}

interface Start {
  command: string;
  args: string[];
  env?: Record<string, string>;
  uid?: number | undefined;
  gid?: number | undefined;
  cwd?: string;
}

function parse(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { line };
  }
}

export function start({ command, args, env = {}, uid, gid, cwd = '/' }: Start): Program {
  const who = uid === undefined ? {} : { uid, gid: gid ?? uid };
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd, ...who });
  running.add(child);
  const facts: Array<Record<string, unknown>> = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const each of waiting) each();
  };
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    facts.push(parse(line));
    wake();
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.on('close', () => {
    running.delete(child);
    wake();
  });
  child.on('error', (error) => {
    errors += error.message;
    wake();
  });

  const until: Program['until'] = (wanted, within = START_TIMEOUT_MS) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          finish(() => reject(new Error(`${command} ${args.join(' ')}: nothing came in time\n${errors}`))),
        within,
      );
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        waiting.delete(look);
        settle();
      };
      const look = (): void => {
        const found = facts.find(wanted);
        if (found !== undefined) finish(() => resolve(found));
        else if (child.exitCode !== null || child.signalCode !== null)
          finish(() => reject(new Error(`${command} ${args.join(' ')} ended\n${errors}`)));
      };
      waiting.add(look);
      look();
    });
  return { child, facts, until, errors: () => errors, stop: (signal = 'SIGTERM') => end(child, signal) };
}

/** Environment of our own programs: nothing of the caller's `MUNIMENT_*` leaks into a story. */
export function ownEnvironment(more: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/^(MUNIMENT_|DATABASE_URL)/.test(name),
  );
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...more };
}

export const startOwn = (entry: string, args: string[], env: Record<string, string> = {}): Program =>
  start({
    command: process.execPath,
    args: [...NODE_FLAGS, join(ROOT, entry), ...args],
    env: ownEnvironment(env),
  });

export interface Outcome<T> {
  code: number;
  answer: T;
  errors: string;
}

/** One command of `muniment`, with `--json`; whatever its exit code. */
export function muniment<T = Record<string, never>>(
  args: string[],
  env: Record<string, string> = {},
): Promise<Outcome<T>> {
  const all = [...NODE_FLAGS, join(ROOT, 'src/cli/main.ts'), ...args, '--json'];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      all,
      { env: ownEnvironment(env), maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({
          code,
          answer: stdout.trim() === '' ? ({} as T) : (JSON.parse(stdout) as T),
          errors: stderr.trim(),
        });
      },
    );
  });
}

/** A command that must succeed. */
export async function done<T>(args: string[], env: Record<string, string> = {}): Promise<T> {
  const { code, answer, errors } = await muniment<T>(args, env);
  if (code !== 0) throw new Error(`muniment ${args.join(' ')}: exit ${code}\n${errors}`);
  return answer;
}

/** A command that must be refused with this code. */
export async function refused(args: string[], code: string): Promise<string> {
  const outcome = await muniment(args);
  if (outcome.code !== 1 || !outcome.errors.includes(`[${code}]`)) {
    throw new Error(
      `muniment ${args.join(' ')}: wanted the refusal \`${code}\`, got exit ${outcome.code}\n${outcome.errors}`,
    );
  }
  return outcome.errors;
}
