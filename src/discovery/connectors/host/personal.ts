import type { Personal } from '../../files/observed.ts';
import { mayBePerson } from '../../formats/passwd.ts';

/** What names an ordinary account may name a person, so it is committed; a system account's name is no secret. */
export const maybePersonal = (account: { uid: number }, text: string): string | Personal =>
  mayBePerson(account) ? { personal: text } : text;

/**
 * Makes the places that a sweep could not read tellable: they stand in its record in clear, so a folder that is called after a person
 * is told by uid, and one below /home that no account has not at all.
 */
export function withoutNames(accounts: Array<{ name: string; uid: number }>): (place: string) => string {
  const told = new Map(
    accounts.map((account) => [account.name, mayBePerson(account) ? `uid-${account.uid}` : account.name]),
  );
  const word = (part: string, at: number, parts: string[]): string =>
    told.get(part) ?? (at === 2 && parts[1] === 'home' && part !== '' ? 'unknown' : part);
  return (place) => place.split('/').map(word).join('/');
}
