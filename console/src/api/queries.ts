import { queryOptions } from '@tanstack/react-query';
import { get, type Query, setCsrf } from './client.ts';
import type * as T from './types.ts';

/** One query per read of the API; the key is the address, so a change of search parameters is another query. */
const read = <R>(path: string, query: Query = {}) =>
  queryOptions({ queryKey: [path, query], queryFn: ({ signal }) => get<R>(path, query, signal) });

export const sessionQuery = queryOptions({
  queryKey: ['/session'],
  queryFn: async () => {
    const session = await get<T.Session>('/session');
    setCsrf(session.csrf);
    return session;
  },
  staleTime: 60_000,
  retry: false,
});

export const overviewQuery = () => ({ ...read<T.Overview>('/overview'), refetchInterval: 30_000 });
export const identitiesQuery = (query: Query) => read<T.Page<T.IdentityItem>>('/identities', query);
export const identityQuery = (id: string) => read<T.IdentityDetail>(`/identities/${encodeURIComponent(id)}`);
export const identityCredentialsQuery = (id: string, query: Query) =>
  read<T.Page<T.Credential>>(`/identities/${encodeURIComponent(id)}/credentials`, query);
export const identityDecisionsQuery = (id: string, query: Query) =>
  read<T.Page<T.Decision>>(`/identities/${encodeURIComponent(id)}/decisions`, query);
export const identityTimelineQuery = (id: string, query: Query) =>
  read<T.Page<T.TimelineItem>>(`/identities/${encodeURIComponent(id)}/timeline`, query);
export const changesQuery = (query: Query) => read<T.Page<T.ChangeItem>>('/changes', query);
export const changeQuery = (id: string) => read<T.ChangeDetail>(`/changes/${encodeURIComponent(id)}`);
export const locksQuery = () => read<T.Page<T.Lock>>('/locks');
export const lockQuery = (id: string) => read<T.Lock>(`/locks/${encodeURIComponent(id)}`);
export const findingsQuery = () => read<T.Page<T.Finding>>('/findings');
export const applicationsQuery = () => read<T.Page<T.Named>>('/applications');
export const personsQuery = () => read<T.Page<T.Named & { displayName: string; status: string }>>('/persons');
export const observationsQuery = (query: Query) => read<T.Page<T.Observation>>('/observations', query);
export const entriesQuery = (query: Query) => read<{ items: T.LedgerItem[]; size: number }>('/ledger/entries', query);
export const entryQuery = (index: string) => read<T.LedgerEntry>(`/ledger/entries/${encodeURIComponent(index)}`);
