import { realpath } from 'node:fs/promises';
import type { Fault } from '../../contract.ts';
import { Reader } from '../../files/reader.ts';
import { isWalked } from '../../files/walk.ts';

/** Below each configured folder. */
export const REPOSITORY_MAX_DEPTH = 6;
export const REPOSITORIES_MAX = 2_000;
/** Looked into on the way to the repositories of one configured folder. */
export const FOLDERS_MAX = 20_000;

export interface Repository {
  /** Absolute. */
  path: string;
  /** False where `.git` is a file or a link: what it points to may be anybody's, so it is not followed. */
  hasHistory: boolean;
}

export interface Found {
  isThere: boolean;
  repositories: Repository[];
  calls: number;
  denied: Fault[];
  errors: Fault[];
}

interface Search {
  reader: Reader;
  found: Repository[];
  level: string[];
  next: string[];
  looked: number;
}

/** A repository's own folders are its to tell: submodules and repositories inside of it are read as a part of it. */
async function lookInto(search: Search, path: string): Promise<void> {
  const { reader, found, next } = search;
  const entries = await reader.entries(path);
  const git = entries?.find(({ name }) => name === '.git');
  if (git !== undefined) found.push({ path, hasHistory: git.kind === 'folder' });
  else
    for (const { name, kind } of entries ?? [])
      if (kind === 'folder' && isWalked(name)) next.push(path === '/' ? `/${name}` : `${path}/${name}`);
}

/** A limit that is hit, or undefined. */
function limitOf({ found, looked }: Search): string | undefined {
  if (found.length >= REPOSITORIES_MAX) return `more than ${REPOSITORIES_MAX} repositories`;
  return looked >= FOLDERS_MAX ? `more than ${FOLDERS_MAX} folders` : undefined;
}

async function descend(search: Search): Promise<string | undefined> {
  while (search.level.length > 0) {
    const limit = limitOf(search);
    if (limit !== undefined) return limit;
    search.looked += 1;
    await lookInto(search, search.level.shift() as string);
  }
  search.level = search.next;
  search.next = [];
  return undefined;
}

/** Nothing is told of what lies behind a limit, so the folder's own listing is then not whole. */
async function searchBelow(search: Search): Promise<void> {
  let limit: string | undefined;
  for (let depth = 0; depth <= REPOSITORY_MAX_DEPTH && limit === undefined; depth += 1)
    limit = await descend(search);
  const left = [...search.level, ...search.next];
  if (left.length > 0)
    search.reader.denied.push({
      what: `${left.length} folders, from ${left[0]}`,
      why: limit ?? `deeper than ${REPOSITORY_MAX_DEPTH}`,
    });
}

async function isThere(folder: string): Promise<boolean> {
  try {
    await realpath(folder);
    return true;
  } catch {
    return false;
  }
}

/** Repositories below a folder, the folder itself among them; links are not followed. */
export async function findRepositories(folder: string): Promise<Found> {
  const reader = new Reader('/');
  const search: Search = { reader, found: [], level: [folder], next: [], looked: 0 };
  const there = await isThere(folder);
  if (there) await searchBelow(search);
  const { calls, denied, errors } = reader;
  return { isThere: there, repositories: search.found, calls, denied, errors };
}
