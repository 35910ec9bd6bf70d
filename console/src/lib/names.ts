import type { Named } from '../api/types.ts';

/** A reference as a reader should see it: the name where it is still kept, else the opaque id. */
export const nameOf = (ref: Named | string | null | undefined): string => {
  if (ref === null || ref === undefined) return '';
  return typeof ref === 'string' ? ref : (ref.name ?? ref.id);
};

export const idOf = (ref: Named | string): string => (typeof ref === 'string' ? ref : ref.id);
