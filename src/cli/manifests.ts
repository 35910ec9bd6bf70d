import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MunimentError } from '../kernel/index.ts';

const isManifest = (name: string): boolean => /\.ya?ml$/.test(name);

/** The files that paths stand for: a folder's YAML files in the order of their names. */
function filesOf(paths: string[]): string[] {
  const files = paths.flatMap((path) => {
    try {
      return statSync(path).isDirectory()
        ? readdirSync(path)
            .filter(isManifest)
            .sort()
            .map((name) => join(path, name))
        : [path];
    } catch {
      throw new MunimentError('not_found', `there is no file or folder \`${path}\``);
    }
  });
  if (files.length === 0)
    throw new MunimentError('invalid_manifest', 'no manifest was found: name a file or a folder with *.yaml');
  return files;
}

/** Manifests of files and folders as one stream of documents. */
export const readManifests = (paths: string[]): string =>
  filesOf(paths)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n---\n');

/** What a change keeps of it. */
const SOURCE_MAX_CHARACTERS = 1000;
const GIT_TIMEOUT_MS = 10_000;
/** A checkout's own configuration may name programs for Git to run; this one looks and starts nothing. */
const GIT_QUIET = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];

function git(folder: string, ...asked: string[]): string | undefined {
  try {
    return execFileSync('git', [...GIT_QUIET, '-C', folder, ...asked], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: GIT_TIMEOUT_MS,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
    }).trim();
  } catch {
    return undefined;
  }
}

/** The commit that files of one folder were read from; `+dirty` where what was read is not what was committed. */
function commitOf(folder: string, files: string[]): string | undefined {
  const commit = git(folder, 'rev-parse', 'HEAD');
  if (commit === undefined) return undefined;
  const state = git(folder, 'status', '--porcelain', '--untracked-files=all', '--ignored', '--', ...files);
  return state === '' ? commit : `${commit}+dirty`;
}

/** Where manifests came from, to be kept with the change: `git COMMIT PATHS`, or the paths alone outside a checkout. */
export function sourceOf(paths: string[]): string {
  const byFolder = Map.groupBy(
    filesOf(paths).map((file) => resolve(file)),
    dirname,
  );
  const commits = new Set([...byFolder].map(([folder, files]) => commitOf(folder, files)));
  const [commit] = commits;
  const named = paths.join(' ');
  const text = commits.size === 1 && commit !== undefined ? `git ${commit} ${named}` : named;
  return text.slice(0, SOURCE_MAX_CHARACTERS);
}
