import type { Fault, Opening, RawPage } from '../../contract.ts';
import type { HostObserved } from '../../files/observed.ts';
import { type FileRead, Reader } from '../../files/reader.ts';
import { findFiles } from '../../files/walk.ts';
import { toFaults } from '../../source-error.ts';
import { isWanted, type Kind } from './kinds.ts';
import { READ } from './operations.ts';
import type { Repository } from './repositories.ts';
import { inCheckout, repositoryName, sceneOf, told } from './scene.ts';
import { isShownJson, isStateFile, SHOWN, stateItems } from './state.ts';
import { STATE_MAX_BYTES } from './state-document.ts';

/** On one page. */
export const FILES_PER_PAGE = 100;

/** Files of a repository that any listing reads, found in one walk. */
export interface Checkout {
  repository: Repository;
  paths: string[];
  calls: number;
  denied: Fault[];
  errors: Fault[];
}

export async function walkCheckout(repository: Repository): Promise<Checkout> {
  const reader = new Reader(repository.path);
  const paths = await findFiles(reader, ['/'], isWanted);
  const { calls, denied, errors } = reader;
  return { repository, paths, calls, denied, errors };
}

type ReadFile = (reader: Reader, path: string) => Promise<unknown[]>;

/** Takes what the reader keeps account of, so that each page tells its own. */
function account(reader: Reader): Required<Pick<RawPage, 'calls' | 'denied' | 'errors'>> {
  const { calls } = reader;
  reader.calls = 0;
  return { calls, denied: reader.denied.splice(0), errors: reader.errors.splice(0) };
}

/** Pages over the paths that a listing takes; what the walk could not reach is told on the first of each. */
export async function* filePages(
  checkout: Checkout,
  paths: string[],
  opening: Opening,
  read: ReadFile,
): AsyncGenerator<RawPage> {
  const reader = new Reader(checkout.repository.path);
  reader.calls = checkout.calls;
  reader.denied.push(...checkout.denied);
  reader.errors.push(...checkout.errors);
  for (let at = 0; at === 0 || at < paths.length; at += FILES_PER_PAGE) {
    const items: unknown[] = [];
    for (const path of paths.slice(at, at + FILES_PER_PAGE)) {
      opening.signal.throwIfAborted();
      items.push(...(await read(reader, path)));
    }
    const end = at + FILES_PER_PAGE >= paths.length;
    yield { operation: READ, request: { from: at }, items, end, ...account(reader) };
  }
}

const openFile = (reader: Reader, path: string): Promise<FileRead | undefined> =>
  reader.file(path, { within: '/' });

/** Things of one file; a natural id that would name a person is concealed. */
export async function itemsOfFile(
  kind: Kind,
  reader: Reader,
  path: string,
  { path: root }: Repository,
  opening: Opening,
): Promise<HostObserved[]> {
  const file = await openFile(reader, path);
  if (file === undefined) return [];
  const items = await kind.items(sceneOf(reader, opening), file, repositoryName(root));
  return items.map(inCheckout).map((item) => {
    const named = typeof told(item.naturalId) !== 'string' || typeof item.label !== 'string';
    return named ? { ...item, naturalId: opening.conceal(item.naturalId) } : item;
  });
}

export const kindPages = (kind: Kind, checkout: Checkout, opening: Opening): AsyncGenerator<RawPage> =>
  filePages(checkout, checkout.paths.filter(kind.takes), opening, (reader, path) =>
    itemsOfFile(kind, reader, path, checkout.repository, opening),
  );

async function stateOfFile(reader: Reader, path: string): Promise<unknown[]> {
  const rule = { within: '/', maxBytes: STATE_MAX_BYTES };
  const file = await reader.file(path, isShownJson(path) ? { ...rule, marked: SHOWN } : rule);
  if (file === undefined) return [];
  try {
    return stateItems(file);
  } catch (error) {
    const { denied, errors } = toFaults(path, error);
    reader.denied.push(...denied);
    reader.errors.push(...errors);
    return [];
  }
}

export const statePages = (checkout: Checkout, opening: Opening): AsyncGenerator<RawPage> =>
  filePages(checkout, checkout.paths.filter(isStateFile), opening, stateOfFile);
