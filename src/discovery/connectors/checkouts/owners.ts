import type { Opening, RawPage } from '../../contract.ts';
import type { HostObserved, Personal } from '../../files/observed.ts';
import { Reader } from '../../files/reader.ts';
import { toFaults } from '../../source-error.ts';
import { type CodeOwners, codeOwnersOf } from './code-owners.ts';
import { type Commit, hasCommits, lastCommit, whyUnread } from './git.ts';
import { KINDS } from './kinds.ts';
import { LOG } from './operations.ts';
import { type Checkout, filePages, itemsOfFile } from './reading.ts';

/** Files of one repository whose history is asked for: each starts a process. */
export const HISTORIES_MAX = 500;

type Faults = Required<Pick<RawPage, 'denied' | 'errors'>>;

/** Asks the history of files until it fails or a limit is reached; then says so once. */
class History {
  readonly faults: Faults = { denied: [], errors: [] };
  readonly #checkout: Checkout;
  readonly #signal: AbortSignal;
  #left = HISTORIES_MAX;
  #readable = false;
  calls = 0;

  constructor(checkout: Checkout, signal: AbortSignal) {
    this.#checkout = checkout;
    this.#signal = signal;
  }

  async open(): Promise<void> {
    const { repository } = this.#checkout;
    const why = await whyUnread(repository);
    if (why !== undefined) this.faults.denied.push({ what: '/.git', why });
    else
      await this.#ask('/.git', async () => {
        this.#readable = await hasCommits(repository.path, this.#signal);
      });
  }

  async #ask(what: string, ask: () => Promise<void>): Promise<void> {
    this.calls += 1;
    try {
      await ask();
    } catch (error) {
      this.#signal.throwIfAborted();
      // A history that hangs or breaks does so for every file.
      this.#readable = false;
      const { denied, errors } = toFaults(what, error);
      this.faults.denied.push(...denied);
      this.faults.errors.push(...errors);
    }
  }

  async lastCommit(file: string): Promise<Commit | undefined> {
    if (!this.#readable) return undefined;
    if (this.#left === 0) {
      this.#readable = false;
      this.faults.denied.push({ what: '/.git', why: `more than ${HISTORIES_MAX} files` });
      return undefined;
    }
    this.#left -= 1;
    let commit: Commit | undefined;
    await this.#ask(file, async () => {
      commit = await lastCommit(this.#checkout.repository.path, file, this.#signal);
    });
    return commit;
  }
}

/** A team is no person; a login and an address of mail are. */
const isTeam = (owner: string): boolean => /^@[^/]+\/./.test(owner);

function ownerOf(owners: string[], commit: Commit | undefined): HostObserved['attributes'] {
  const named = owners.find(isTeam) ?? owners[0];
  const at = commit === undefined ? {} : { modified: commit.at };
  if (named !== undefined) {
    const owner: string | Personal = isTeam(named) ? named : { personal: named };
    return { owner, ownerFrom: 'code-owners', ...at };
  }
  return commit === undefined ? {} : { owner: { personal: commit.person }, ownerFrom: 'git', ...at };
}

/** The same things as the other listings have, with nothing but their owner: the house puts the two together. */
const owned = (
  { class: kind, naturalId, label, attributes }: HostObserved,
  owner: HostObserved['attributes'],
) => ({
  class: kind,
  naturalId,
  label,
  attributes: { kind: attributes.kind, ...owner },
});

async function ownedItems(
  checkout: Checkout,
  opening: Opening,
  owners: CodeOwners,
  history: History,
  path: string,
): Promise<unknown[]> {
  const ownerOfFile = ownerOf(owners(path), await history.lastCommit(path));
  if (Object.keys(ownerOfFile).length === 0) return [];
  // What cannot be read of the file is told by the listing that this one rests on.
  const quiet = new Reader(checkout.repository.path);
  const items: unknown[] = [];
  for (const kind of KINDS.filter(({ takes }) => takes(path)))
    for (const item of await itemsOfFile(kind, quiet, path, checkout.repository, opening))
      items.push(owned(item, ownerOfFile));
  return items;
}

/** Who answers for each file by CODEOWNERS, or else who last committed it. */
export async function* ownerPages(checkout: Checkout, opening: Opening): AsyncGenerator<RawPage> {
  const reader = new Reader(checkout.repository.path);
  const owners = await codeOwnersOf(reader);
  const history = new History(checkout, opening.signal);
  await history.open();
  history.faults.denied.push(...reader.denied);
  history.faults.errors.push(...reader.errors);
  const paths = checkout.paths.filter((path) => KINDS.some(({ takes }) => takes(path)));
  const read = (_: Reader, path: string) => ownedItems(checkout, opening, owners, history, path);
  for await (const { calls = 0, denied = [], errors = [], ...page } of filePages(
    checkout,
    paths,
    opening,
    read,
  )) {
    const { faults } = history;
    yield {
      ...page,
      operation: LOG,
      calls: calls + history.calls,
      denied: [...denied, ...faults.denied.splice(0)],
      errors: [...errors, ...faults.errors.splice(0)],
    };
    history.calls = 0;
  }
}
