/** A line of passwd(5), as far as it says whose something is. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
  shell: string;
}

/** Homes that several accounts share (`/`, `/nonexistent`) are no home of a key. */
export const hasOwnHome = ({ home }: Account): boolean =>
  home.startsWith('/') && home !== '/' && home !== '/nonexistent';

const NO_LOGIN = /(?:^|\/)(?:nologin|false|sync|shutdown|halt)$/;

export const mayLogIn = ({ shell }: Account): boolean => shell !== '' && !NO_LOGIN.test(shell);

/** Each home once, with the first account that has it. */
export const homesOf = (accounts: Account[]): Account[] =>
  [...Map.groupBy(accounts.filter(hasOwnHome), ({ home }) => home).values()].flatMap(
    ([first]) => first ?? [],
  );

/** By name or, as systemd and chown have it, by number. */
export const accountNamed = (accounts: Account[], name: string): Account | undefined =>
  accounts.find((account) => account.name === name || String(account.uid) === name);
