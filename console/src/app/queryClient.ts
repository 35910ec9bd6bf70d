import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { asProblem, Problem } from '../api/problem.ts';

const STALE_MS = 5_000;
const RETRIES_MAX = 2;

/** An answer of the server's is final; only silence is tried again. */
const silent = (failures: number, error: Error): boolean =>
  failures < RETRIES_MAX && error instanceof Problem && error.status === 0;

/** `onSignedOut` is told of the first answer that says the session is over, whoever asked. */
export function makeQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: Error) => {
    if (asProblem(error).status === 401) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: { queries: { retry: silent, staleTime: STALE_MS }, mutations: { retry: false } },
  });
}
