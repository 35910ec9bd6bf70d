import type { HostContext, HostObserved } from '../../files/observed.ts';
import type { Account } from './account.ts';
import { type JournalLogin, lastLogin } from './login-records.ts';
import { maybePersonal } from './personal.ts';
import type { Scene } from './scene.ts';

function observeLogin(
  login: JournalLogin,
  accounts: Map<string, Account>,
  context: HostContext,
): HostObserved {
  const account = accounts.get(login.account) ?? { uid: 1000 };
  return {
    class: 'credential',
    naturalId: `login/${login.account}/${login.method}/${login.fingerprint}`,
    label: maybePersonal(account, `${login.method} login as ${login.account}`),
    attributes: {
      kind: 'ssh-login-seen',
      account: maybePersonal(account, login.account),
      accountRef: context.reference('identity', `account/${login.account}`),
      method: login.method,
      fingerprint: login.fingerprint || null,
      created: null,
      modified: null,
      lastUsed: login.at.toISOString(),
    },
  };
}

/** What `lastlog` and the journal tell of logins; what they could not be asked is this listing's to tell. */
export async function loginItems({ reader, accounts, logs, context }: Scene): Promise<HostObserved[]> {
  reader.calls += logs.calls;
  reader.denied.push(...logs.denied);
  reader.errors.push(...logs.errors);
  const byName = new Map(accounts.map((account) => [account.name, account]));
  const fromLastlog = accounts.flatMap(({ name, uid }): JournalLogin[] => {
    const at = logs.lastlog === undefined ? null : lastLogin(logs.lastlog, uid);
    return at === null ? [] : [{ account: name, method: 'lastlog', fingerprint: '', at }];
  });
  return [...fromLastlog, ...logs.logins].map((login) => observeLogin(login, byName, context));
}
