/** What the tests with other people's software share: their results, kept for the reference, and how their Go parts are built. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';

/** A row of `docs/reference/interop.md`. Nothing in it may differ from run to run: no time, port, path or random id. */
export interface Judgement {
  tool: string;
  /** As the tool, its package or its lock file states it. */
  version: string;
  checked: string;
  outcome: string;
}

const RESULTS = 'MUNIMENT_TEST_INTEROP_RESULTS';
/** An API server of Kubernetes takes two cores about seven minutes, the first time. */
const BUILD_TIMEOUT_MS = 1_200_000;

/**
 * Keeps what a tool came to; called last in a test, after every assertion. Each process has a file of its own in the
 * folder that the environment names, where `tools/interop-reference.ts` reads it; without a folder it is only told.
 */
export function record(t: TestContext, judgement: Judgement): void {
  const { tool, version, checked, outcome } = judgement;
  t.diagnostic(`${tool} ${version}: ${checked}: ${outcome}`);
  const folder = process.env[RESULTS];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  appendFileSync(
    join(folder, `${process.pid}.jsonl`),
    `${JSON.stringify({ tool, version, checked, outcome })}\n`,
  );
}

/** Where builds and installs of outsiders are kept: outside the clone, across clones. */
export function cacheFolder(name: string): string {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'muniment-interop', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** SHA-256 over names and bytes of every file below a folder: the key of what is built from it. */
function digestOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort())
    hash
      .update(`${name.slice(folder.length)}\0`)
      .update(readFileSync(name))
      .update('\0');
  return hash.digest('hex').slice(0, 32);
}

/** The environment with the places where Go usually is on the path. */
const goEnvironment = () => ({
  ...process.env,
  PATH: [process.env.PATH, '/usr/local/go/bin', join(homedir(), 'go/bin')].join(delimiter),
  CGO_ENABLED: '0',
});

const run = (command: string, args: string[], cwd: string) =>
  spawnSync(command, args, { cwd, env: goEnvironment(), encoding: 'utf8', timeout: BUILD_TIMEOUT_MS });

/** From 1.21 on a `go` line in `go.mod` that asks for a newer one is met by fetching that. */
const GO_FLOOR_MINOR = 21;

/** Whether there is a Go that can build what these tests want. */
export const hasGo = (): boolean =>
  Number(run('go', ['version'], '/').stdout?.match(/ go1\.(\d+)/)?.[1] ?? 0) >= GO_FLOOR_MINOR;

/** Only one process builds, into a folder that no state of the sources shares; the others wait, and find what it made. */
const BUILD =
  '[ -x "$1/.done" ] || { go build -trimpath -ldflags=-s -o "$1/" . tool && install -m 755 /dev/null "$1/.done"; }';

/**
 * The folder of the program of the Go module `test/interop/NAME` and of the tools that its `go.mod` names, built once per
 * state of its sources.
 * @returns what is missing as `needs`, for `t.skip`: Go itself, or modules that could not be fetched
 * @throws Error where it does not compile
 */
export function goProgram(
  name: string,
): { folder: string; needs?: never } | { needs: string; folder?: never } {
  const sources = join(import.meta.dirname, name);
  const folder = cacheFolder(`${name}-${digestOf(sources)}`);
  if (existsSync(join(folder, '.done'))) return { folder };
  if (!hasGo()) return { needs: 'needs go' };
  if (run('go', ['list', '-deps', '.', 'tool'], sources).status !== 0)
    return { needs: `needs the Go modules of ${name}` };
  const built = run('flock', [join(folder, '.lock'), 'sh', '-ec', BUILD, 'build', folder], sources);
  if (built.status !== 0) throw new Error(`${name} does not build: ${built.stderr}`);
  return { folder };
}

/** The version of a module that the `go.mod` of `test/interop/NAME` asks for. */
export function pinnedModule(name: string, module: string): string {
  const lines = readFileSync(join(import.meta.dirname, name, 'go.mod'), 'utf8').split('\n');
  const version = lines.find((line) => line.split(/\s+/).includes(module))?.match(/ (v\d\S*)/)?.[1];
  if (version === undefined) throw new Error(`${module} is not in go.mod of ${name}`);
  return version;
}
