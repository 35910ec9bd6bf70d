import type { HostContext, HostObserved } from '../../files/observed.ts';
import type { FileScene } from '../../files/scene.ts';
import { type Account, accountNamed } from './account.ts';
import type { Logs } from './logs.ts';
import { maybePersonal } from './personal.ts';

/** What every listing of one sweep works with. */
export interface Scene extends FileScene {
  context: HostContext;
  accounts: Account[];
  /** False where accounts come from elsewhere too (a directory), so that an unknown name proves nothing. */
  accountsWhole: boolean;
  logs: Logs;
  /** True for the machine's own root: its journal and its sockets are then this host's. */
  live: boolean;
  /** Folders below which checkouts, compose files and private keys are looked for. */
  roots: string[];
}

/** An account that nothing is known of may be a person's. */
const UNKNOWN = { uid: 1000 };

/** Whose it is, in the words that every listing uses; `accountExists` is null where that cannot be told. */
export function accountFacts(
  scene: Pick<Scene, 'accounts' | 'accountsWhole' | 'context'>,
  name: string,
): HostObserved['attributes'] {
  const account = accountNamed(scene.accounts, name);
  const known = scene.accountsWhole && scene.accounts.length > 0;
  return {
    account: maybePersonal(account ?? UNKNOWN, name),
    accountRef: scene.context.reference('identity', `account/${account?.name ?? name}`),
    accountExists: account !== undefined ? true : known ? false : null,
  };
}

/** A file in a home or a project: its path may name a person. */
export const pathFor = (account: Account | undefined, path: string) =>
  maybePersonal(account ?? UNKNOWN, path);
