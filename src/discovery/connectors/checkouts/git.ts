import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Reader } from '../../files/reader.ts';
import { SourceError } from '../../source-error.ts';
import type { Repository } from './repositories.ts';

/** Of one file's history. */
export const GIT_MILLISECONDS = 15_000;
const OUTPUT_MAX_BYTES = 64 * 1024;
const UNBORN = 1;

/** Where a repository says that its objects or its settings are another's, which could be anybody's. */
const BORROWS = ['objects/info/alternates', 'objects/info/http-alternates', 'commondir'];
/** Parts that could be links to another's. */
const PARTS: ReadonlySet<string> = new Set(['HEAD', 'config', 'objects', 'packed-refs', 'refs']);

/**
 * INVARIANT: nothing that a checkout holds is run. Its configuration is read by git all the same, so each setting that names a
 * program which `log` or `rev-parse` could start is overruled here or by an option of the command.
 */
const SETTINGS = [
  'core.fsmonitor=',
  'core.hooksPath=/dev/null',
  'core.pager=cat',
  'core.alternateRefsCommand=',
  'diff.external=',
  'gpg.program=false',
  'log.showSignature=false',
  'log.mailmap=false',
  'protocol.allow=never',
  'submodule.recurse=false',
];

const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  LC_ALL: 'C',
};

export interface Commit {
  /** Mail of who committed; of who wrote it where the platform committed. */
  person: string;
  /** RFC 3339 in UTC. */
  at: string;
}

interface Answer {
  code: number;
  output: string;
}

/** Throws `SourceError` where git cannot be started or does not end in time. */
function git(path: string, command: string[], signal: AbortSignal): Promise<Answer> {
  const settings = [...SETTINGS, `safe.directory=${path}`].flatMap((setting) => ['-c', setting]);
  const place = [`--git-dir=${join(path, '.git')}`, `--work-tree=${path}`];
  const args = [
    ...settings,
    ...place,
    '--no-pager',
    '--no-optional-locks',
    '--literal-pathspecs',
    ...command,
  ];
  const env = { ...ENVIRONMENT, PATH: process.env.PATH ?? '' };
  const options = { cwd: path, env, signal, timeout: GIT_MILLISECONDS, maxBuffer: OUTPUT_MAX_BYTES };
  return new Promise((resolve, reject) => {
    execFile('git', args, options, (error, output) => {
      if (error === null) resolve({ code: 0, output });
      else if (error.killed) reject(new SourceError('failed', `git took more than ${GIT_MILLISECONDS} ms`));
      else if (typeof error.code === 'number') resolve({ code: error.code, output });
      else reject(error);
    });
  });
}

/** Why the history of a repository is not read, or undefined. */
export async function whyUnread({ path, hasHistory }: Repository): Promise<string | undefined> {
  if (!hasHistory) return 'points to a history that is kept elsewhere, which is not followed';
  const reader = new Reader(join(path, '.git'));
  const parts = (await reader.entries('/')) ?? [];
  const linked = parts.some(({ name, kind }) => kind === 'other' && PARTS.has(name));
  const borrows = await Promise.all(BORROWS.map((place) => reader.exists(place)));
  if (linked || borrows.some((found) => found !== false)) return 'takes objects or settings from elsewhere';
  if ((await reader.exists('shallow')) !== false)
    return 'is a shallow clone, which does not hold its history';
  return undefined;
}

/** False in a repository without a commit. Throws `SourceError`. */
export async function hasCommits(path: string, signal: AbortSignal): Promise<boolean> {
  const { code } = await git(path, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], signal);
  if (code === 0 || code === UNBORN) return code === 0;
  throw new SourceError('failed', 'the history cannot be read');
}

const LOG = [
  'log',
  '-1',
  '--no-show-signature',
  '--no-ext-diff',
  '--no-textconv',
  '--no-patch',
  '--no-color',
];
const FORMAT = ['--no-mailmap', '--no-decorate', '--encoding=UTF-8', '--format=%ce%x00%ae%x00%cI'];
/** Commits that a platform makes for people, by a button of its own. */
const PLATFORM = /^no-?reply@/i;

/** Who last committed a file; undefined where the history does not know it. `file`: from the root. Throws `SourceError`. */
export async function lastCommit(
  path: string,
  file: string,
  signal: AbortSignal,
): Promise<Commit | undefined> {
  const { code, output } = await git(path, [...LOG, ...FORMAT, 'HEAD', '--', `.${file}`], signal);
  if (code !== 0) throw new SourceError('failed', 'the history cannot be read');
  const [committer = '', author = '', at = ''] = output.trimEnd().split('\0');
  if (at === '') return undefined;
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) throw new SourceError('failed', 'a commit has no moment');
  return { person: PLATFORM.test(committer) ? author : committer, at: moment.toISOString() };
}
