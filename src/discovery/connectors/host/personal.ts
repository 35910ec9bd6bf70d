import type { Personal } from '../../connector.ts';

/** login.defs(5): ordinary accounts, which may be people, start here; 65534 is `nobody`. */
const FIRST_PERSON_UID = 1000;
const NOBODY_UID = 65_534;

export const mayBePerson = ({ uid }: { uid: number }): boolean =>
  uid >= FIRST_PERSON_UID && uid !== NOBODY_UID;

/** What names an ordinary account may name a person, so it is committed; a system account's name is no secret. */
export const maybePersonal = (account: { uid: number }, text: string): string | Personal =>
  mayBePerson(account) ? { personal: text } : text;
