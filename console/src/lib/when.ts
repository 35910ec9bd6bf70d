import { useSearch } from '@tanstack/react-router';
import { given } from './given.ts';

/** A moment in both times: what was true at `asOf`, as it was known at `knownAt` (a time, or a tree size). Empty means now. */
export interface When {
  asOf?: string;
  knownAt?: string;
}

/** The moment that the address asks for; it stays there from page to page. */
export function useWhen(): When {
  const { asOf, knownAt } = useSearch({ strict: false });
  return given({ asOf, knownAt });
}
