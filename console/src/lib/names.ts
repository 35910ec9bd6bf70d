import type { Ref } from '../api/types.ts';

/** The actor of what no person did. */
const SYSTEM = 'sys';
const ID = /\b[a-z]{3}_[a-z2-7]{26}\b/g;

/** What an answer brings along for the ids in it; null where the name was erased. */
export type Names = Record<string, string | null>;

/** A reference as a reader should see it: the name where it is still kept, else the opaque id. */
export const nameOf = (ref: Ref): string => ref.name ?? ref.id;

/** An opaque id by its name where the answer brought it along. */
export const named = (id: string, names: Names): string =>
  id === SYSTEM ? 'the control plane' : (names[id] ?? id);

/** A sentence of the server's with its opaque ids replaced by the names that came along. */
export const withNames = (text: string, names: Names): string => text.replaceAll(ID, (id) => names[id] ?? id);
