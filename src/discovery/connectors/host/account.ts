import { type Account, hasOwnHome } from '../../formats/passwd.ts';

export { type Account, mayLogIn } from '../../formats/passwd.ts';

/** Each home once, with the first account that has it. */
export const homesOf = (accounts: Account[]): Account[] =>
  [...Map.groupBy(accounts.filter(hasOwnHome), ({ home }) => home).values()].flatMap(
    ([first]) => first ?? [],
  );

/** By name or, as systemd and chown have it, by number. */
export const accountNamed = (accounts: Account[], name: string): Account | undefined =>
  accounts.find((account) => account.name === name || String(account.uid) === name);
