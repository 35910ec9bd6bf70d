import type { Ref } from '../api/types.ts';

/** A reference as a reader should see it: the name where it is still kept, else the opaque id. */
export const nameOf = (ref: Ref): string => ref.name ?? ref.id;

/** An opaque id by its name where the answer brought names along. */
export const named = (id: string, names: Record<string, string | null> | undefined): string =>
  names?.[id] ?? id;
