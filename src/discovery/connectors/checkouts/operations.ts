import type { Operation } from '../../contract.ts';

export const READ = 'read file';
export const FOLDER = 'read folder';
export const LOG = 'git log';
export const HEAD = 'git rev-parse';

const NOTHING_RUNS = 'of the history alone; no hook, filter, pager, helper or remote of the checkout is run';

export const operations: Operation[] = [
  { name: READ, privilege: 'read permission of the files', note: 'follows no link' },
  { name: FOLDER, privilege: 'read and search permission of the folders' },
  { name: HEAD, privilege: 'read permission of `.git`', note: NOTHING_RUNS },
  { name: LOG, privilege: 'read permission of `.git`', note: NOTHING_RUNS },
];
