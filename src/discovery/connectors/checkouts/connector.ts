import { isAbsolute, normalize } from 'node:path';
import { z } from 'zod';
import { withoutSlashes } from '../../base-url.ts';
import { defineSource, type Opening, type Partition, type RawPage, type Session } from '../../contract.ts';
import { SourceError } from '../../source-error.ts';
import { KINDS } from './kinds.ts';
import { listings, OF_REPOSITORY, OWNERS, REPOSITORIES } from './mapping.ts';
import { FOLDER, operations } from './operations.ts';
import { ownerPages } from './owners.ts';
import { type Checkout, kindPages, statePages, walkCheckout } from './reading.ts';
import { type Found, findRepositories, type Repository } from './repositories.ts';

const FOLDERS_MAX = 100;

const settings = z.strictObject({
  /** Absolute paths, below which checkouts lie; a checkout may be named itself. */
  folders: z.array(z.string().refine(isAbsolute, 'is no absolute path')).min(1).max(FOLDERS_MAX),
});
type CheckoutsSettings = z.output<typeof settings>;

/** A folder that is a repository itself is one partition with both. */
function partitionsOf(found: Map<string, Found>, repositories: Map<string, Repository>): Partition[] {
  const scopes = new Map<string, Partition['scope']>();
  for (const folder of found.keys()) scopes.set(folder, { [REPOSITORIES]: [folder] });
  for (const path of repositories.keys())
    scopes.set(path, {
      ...scopes.get(path),
      ...Object.fromEntries(OF_REPOSITORY.map((listing) => [listing, [path]])),
    });
  return [...scopes].map(([partition, scope]) => ({ partition, scope }));
}

async function* repositoryPage({ isThere, repositories, ...told }: Found): AsyncGenerator<RawPage> {
  if (!isThere) throw new SourceError('failed', 'the folder is not there');
  const items = repositories.map(({ path }) => ({ path }));
  yield { operation: FOLDER, request: {}, items, ...told, end: true };
}

function pagesOf(listing: string, checkout: Checkout, opening: Opening): AsyncGenerator<RawPage> {
  if (listing === OWNERS) return ownerPages(checkout, opening);
  const kind = KINDS.find((each) => each.listing === listing);
  return kind === undefined ? statePages(checkout, opening) : kindPages(kind, checkout, opening);
}

/** One sweep's view: each folder is looked through and each repository walked once. */
async function open({ folders }: CheckoutsSettings, opening: Opening): Promise<Session> {
  const found = new Map<string, Found>();
  for (const folder of new Set(folders.map((folder) => withoutSlashes(normalize(folder)))))
    found.set(folder, await findRepositories(folder));
  const all = [...found.values()].flatMap(({ repositories }) => repositories);
  const repositories = new Map(all.map((repository) => [repository.path, repository]));
  const walks = new Map<string, Promise<Checkout>>();

  async function* read({ partition }: Partition, listing: string): AsyncGenerator<RawPage> {
    const [folder, repository] = [found.get(partition), repositories.get(partition)];
    if (listing === REPOSITORIES && folder !== undefined) return yield* repositoryPage(folder);
    if (repository === undefined) return;
    const walk = walks.get(partition) ?? walkCheckout(repository);
    walks.set(partition, walk);
    yield* pagesOf(listing, await walk, opening);
  }

  return {
    partitions: async () => partitionsOf(found, repositories),
    read,
    close: async () => walks.clear(),
  };
}

export const source = defineSource<CheckoutsSettings>({
  type: 'checkouts',
  version: 1,
  title: 'Checkouts of code',
  settings,
  hostSettings: ['folders'],
  secrets: {},
  operations,
  listings,
  open,
});
