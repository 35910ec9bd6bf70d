/** Judges that are written in Python: one virtual environment in the user's cache folder, and programs run in it. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { cacheFolder } from './support.ts';

const PROGRAMS = join(import.meta.dirname, 'python');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const REQUIREMENTS_MOTO = join(import.meta.dirname, 'requirements-moto.txt');
/** What is first on the path may lack `venv` or be too old; the distribution's, where it is another, is tried next. */
const INTERPRETERS = ['python3', '/usr/bin/python3'];
const INSTALL_TIMEOUT_MS = 280_000;
const RUN_TIMEOUT_MS = 110_000;

/** A folder per state of the requirements: another state is another environment. */
const environmentFolder = (requirements: string): string =>
  join(
    cacheFolder('python'),
    createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16),
  );

function make(folder: string, requirements: string): boolean {
  return INTERPRETERS.some((interpreter) => {
    const args = [join(PROGRAMS, 'make_venv.py'), folder, requirements];
    spawnSync(interpreter, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: INSTALL_TIMEOUT_MS });
    return existsSync(join(folder, '.made'));
  });
}

function interpreterFor(requirements: string): string | undefined {
  const folder = environmentFolder(requirements);
  const made = existsSync(join(folder, '.made')) || make(folder, requirements);
  return made ? join(folder, 'bin', 'python') : undefined;
}

/** The interpreter of an environment with moto in it, made at need; undefined where it cannot be made. */
export const motoPython = (): string | undefined => interpreterFor(REQUIREMENTS_MOTO);

/** The version that is pinned. */
export function motoVersion(): string {
  const line = readFileSync(REQUIREMENTS_MOTO, 'utf8').match(/^moto\[server\]==(\S+)$/m);
  if (line?.[1] === undefined) throw new Error('moto is not in its requirements');
  return line[1];
}

/** The interpreter of our environment, made at need; where it cannot be made the test is skipped, and it is undefined. */
export function python(t: TestContext): string | undefined {
  const interpreter = interpreterFor(REQUIREMENTS);
  if (interpreter !== undefined) return interpreter;
  t.skip('needs python3 with venv, and its packages');
  return undefined;
}

/** The version that the requirements pin. */
export function pinned(distribution: string): string {
  const line = readFileSync(REQUIREMENTS, 'utf8').match(new RegExp(`^${distribution}==(\\S+)$`, 'm'));
  if (line?.[1] === undefined) throw new Error(`${distribution} is not in the requirements`);
  return line[1];
}

/** Path of one of our programs in `test/interop/python`. */
export const program = (name: string): string => join(PROGRAMS, name);

/**
 * Runs one of our programs with a JSON value on its standard input.
 * @returns the JSON value that it printed
 * @throws Error with what it said, where it does not end well
 */
export function ask(interpreter: string, name: string, input: unknown): unknown {
  const asked = { input: JSON.stringify(input), encoding: 'utf8', timeout: RUN_TIMEOUT_MS } as const;
  const ran: SpawnSyncReturns<string> = spawnSync(interpreter, [program(name)], asked);
  if (ran.status !== 0) throw new Error(`${name}: ${ran.stderr}`);
  return JSON.parse(ran.stdout);
}
