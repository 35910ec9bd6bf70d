import type { LinkProps } from '@tanstack/react-router';

const PAGES: Record<string, (id: string) => LinkProps> = {
  idn: (id) => ({ to: '/identities/$id', params: { id } }),
  chg: (id) => ({ to: '/changes/$id', params: { id } }),
  alr: (id) => ({ to: '/alerts/$id', params: { id } }),
  rot: (id) => ({ to: '/rotations/$id', params: { id } }),
  lok: (id) => ({ to: '/locks/$id', params: { id } }),
};

/** The page of a thing, by its id's prefix; undefined where it has none. */
export const linkOf = (id: string): LinkProps | undefined => PAGES[id.slice(0, id.indexOf('_'))]?.(id);
