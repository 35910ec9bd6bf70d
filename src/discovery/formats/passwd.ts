/** A line of passwd(5), as far as it says whose something is. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
}

/** passwd(5). A line of another shape is passed over and counted. */
export function parsePasswd(text: string): { accounts: Account[]; badLines: number } {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const accounts = lines.flatMap((line): Account[] => {
    const [name, , uid, gid, , home, shell] = line.split(':');
    if (!name || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '') || home === undefined) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), home, shell: shell ?? '' }];
  });
  return { accounts, badLines: lines.length - accounts.length };
}

/** Sources of accounts (nsswitch.conf(5)) that local files hold, or that have no accounts of their own. */
const LOCAL_SOURCES = /^(?:files|systemd|compat|altfiles|\[.*\])$/;

/** Sources of accounts besides local files that an nsswitch.conf(5) names, e.g. `sss`. */
export function sourcesElsewhere(nsswitch: string): string[] {
  const line = /^[ \t]*passwd:(.*)$/m.exec(nsswitch)?.[1] ?? '';
  return line.split(/\s+/).filter((word) => word !== '' && !LOCAL_SOURCES.test(word));
}

/** Homes that several accounts share (`/`, `/nonexistent`) are no home of a key. */
export const hasOwnHome = ({ home }: Account): boolean =>
  home.startsWith('/') && home !== '/' && home !== '/nonexistent';

const NO_LOGIN = /(?:^|\/)(?:nologin|false|sync|shutdown|halt)$/;

export const mayLogIn = ({ shell }: { shell: string }): boolean => shell !== '' && !NO_LOGIN.test(shell);

/** login.defs(5): ordinary accounts, which may be people, start here; 65534 is `nobody`. */
const FIRST_PERSON_UID = 1000;
const NOBODY_UID = 65_534;

export const mayBePerson = ({ uid }: { uid: number }): boolean =>
  uid >= FIRST_PERSON_UID && uid !== NOBODY_UID;
