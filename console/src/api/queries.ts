import { queryOptions } from '@tanstack/react-query';
import type { When } from '../lib/when.ts';
import { api, setCsrf, unwrap } from './client.ts';
import type { paths } from './schema.ts';

/** One query for each thing that pages read. A query's key holds all that its answer depends on. */

type QueryOf<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Q } } }
  ? NonNullable<Q>
  : never;

const OVERVIEW_REFRESH_MS = 30_000;
/** A run goes through its phases within seconds. */
const ROTATIONS_REFRESH_MS = 5_000;
/** While a sweep runs its pages come by the second. */
const SWEEPING_REFRESH_MS = 2_000;
const PART_LIMIT = 50;
const SESSION_STALE_MS = 60_000;
/** The tests run over a whole period; what they find changes with the log alone. */
const CONTROLS_STALE_MS = 60_000;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const session = await unwrap(api.GET('/api/v1/session'));
    setCsrf(session.csrf);
    return session;
  },
  staleTime: SESSION_STALE_MS,
  retry: false,
});

export const overviewQuery = (query: When) =>
  queryOptions({
    queryKey: ['overview', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/overview', { params: { query }, signal })),
    refetchInterval: OVERVIEW_REFRESH_MS,
  });

export const identitiesQuery = (query: QueryOf<'/api/v1/identities'>) =>
  queryOptions({
    queryKey: ['identities', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/identities', { params: { query }, signal })),
  });

export const identityQuery = (id: string, query: When) =>
  queryOptions({
    queryKey: ['identity', id, query],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/identities/{id}', { params: { path: { id }, query }, signal })),
  });

/** The parts of an identity's page that are lists of their own, by page. */
const part = (id: string, when: When, cursor: string | undefined) => ({
  params: { path: { id }, query: { ...when, limit: PART_LIMIT, ...(cursor && { cursor }) } },
});

export const identityCredentialsQuery = (id: string, when: When, cursor?: string) =>
  queryOptions({
    queryKey: ['identity', id, 'credentials', when, cursor],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/identities/{id}/credentials', { ...part(id, when, cursor), signal })),
  });

export const identityDecisionsQuery = (id: string, when: When, cursor?: string) =>
  queryOptions({
    queryKey: ['identity', id, 'decisions', when, cursor],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/identities/{id}/decisions', { ...part(id, when, cursor), signal })),
  });

export const identityTimelineQuery = (id: string, when: When, cursor?: string) =>
  queryOptions({
    queryKey: ['identity', id, 'timeline', when, cursor],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/identities/{id}/timeline', { ...part(id, when, cursor), signal })),
  });

export const applicationsQuery = (query: When) =>
  queryOptions({
    queryKey: ['applications', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/applications', { params: { query }, signal })),
  });

export const profilesQuery = (query: When) =>
  queryOptions({
    queryKey: ['profiles', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/profiles', { params: { query }, signal })),
  });

export const personsQuery = (query: When) =>
  queryOptions({
    queryKey: ['persons', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/persons', { params: { query }, signal })),
  });

export const changesQuery = (query: QueryOf<'/api/v1/changes'>) =>
  queryOptions({
    queryKey: ['changes', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/changes', { params: { query }, signal })),
  });

export const changeQuery = (id: string, query: When) =>
  queryOptions({
    queryKey: ['change', id, query],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/changes/{id}', { params: { path: { id }, query }, signal })),
  });

export const breakGlassQuery = queryOptions({
  queryKey: ['break-glass'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/break-glass', { signal })),
});

export const locksQuery = (query: When) =>
  queryOptions({
    queryKey: ['locks', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/locks', { params: { query }, signal })),
  });

export const lockQuery = (id: string, query: When) =>
  queryOptions({
    queryKey: ['lock', id, query],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/locks/{id}', { params: { path: { id }, query }, signal })),
  });

export const findingsQuery = (query: When) =>
  queryOptions({
    queryKey: ['findings', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/findings', { params: { query }, signal })),
  });

export const observationsQuery = (query: QueryOf<'/api/v1/observations'>) =>
  queryOptions({
    queryKey: ['observations', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/observations', { params: { query }, signal })),
  });

export const observationQuery = (key: string, query: When) =>
  queryOptions({
    queryKey: ['observation', key, query],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/observations/{key}', { params: { path: { key }, query }, signal })),
  });

export const observationMapQuery = (key: string, query: When) =>
  queryOptions({
    queryKey: ['observation-map', key, query],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/observations/{key}/map', { params: { path: { key }, query }, signal })),
  });

/** Looked at again and again, since a sweep may be running. */
export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/sources', { signal })),
  refetchInterval: ({ state }) =>
    state.data?.items.some(({ running }) => running !== null) ? SWEEPING_REFRESH_MS : OVERVIEW_REFRESH_MS,
});

export const sourceTypesQuery = queryOptions({
  queryKey: ['source-types'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/source-types', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export const sweepsQuery = (query: When) =>
  queryOptions({
    queryKey: ['sweeps', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/sweeps', { params: { query }, signal })),
  });

export const entriesQuery = (query: QueryOf<'/api/v1/ledger/entries'>) =>
  queryOptions({
    queryKey: ['entries', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/ledger/entries', { params: { query }, signal })),
  });

export const entryQuery = (index: string) =>
  queryOptions({
    queryKey: ['entry', index],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/ledger/entries/{index}', { params: { path: { index } }, signal })),
  });

export const postureQuery = (query: When) =>
  queryOptions({
    queryKey: ['posture', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/posture', { params: { query }, signal })),
  });

export const controlsQuery = (query: QueryOf<'/api/v1/controls'>) =>
  queryOptions({
    queryKey: ['controls', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/controls', { params: { query }, signal })),
    staleTime: CONTROLS_STALE_MS,
  });

export const alertsQuery = (query: QueryOf<'/api/v1/alerts'>) =>
  queryOptions({
    queryKey: ['alerts', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/alerts', { params: { query }, signal })),
    refetchInterval: OVERVIEW_REFRESH_MS,
  });

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ['alert', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/alerts/{id}', { params: { path: { id } }, signal })),
  });

export const detectorsQuery = queryOptions({
  queryKey: ['detectors'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/detectors', { signal })),
});

export const rotationsQuery = (query: When) =>
  queryOptions({
    queryKey: ['rotations', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/rotations', { params: { query }, signal })),
    refetchInterval: ROTATIONS_REFRESH_MS,
  });

/** What a run would do; asking touches nothing. */
export const rotationPlanQuery = (id: string) =>
  queryOptions({
    queryKey: ['rotation-plan', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/rotations/{id}/plan', { params: { path: { id } }, signal })),
  });

export const controlOwnersQuery = (query: When) =>
  queryOptions({
    queryKey: ['control-owners', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/control-owners', { params: { query }, signal })),
  });

export const exceptionsQuery = (query: When) =>
  queryOptions({
    queryKey: ['exceptions', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/exceptions', { params: { query }, signal })),
  });

const PAGE_MAX_ROWS = 500;

interface PageOf<Row> {
  items: Row[];
  next: string | null;
}

/** Every page of a list, one after the other: for an export. */
export async function everyPage<Row>(
  fetchPage: (at: { limit: number; cursor?: string }) => Promise<PageOf<Row>>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { items, next }: PageOf<Row> = await fetchPage({
      limit: PAGE_MAX_ROWS,
      ...(cursor !== '' && { cursor }),
    });
    rows.push(...items);
    cursor = next;
  }
  return rows;
}

export const everyIdentity = (query: QueryOf<'/api/v1/identities'>) =>
  everyPage((at) => unwrap(api.GET('/api/v1/identities', { params: { query: { ...query, ...at } } })));
export const everyObservation = (query: QueryOf<'/api/v1/observations'>) =>
  everyPage((at) => unwrap(api.GET('/api/v1/observations', { params: { query: { ...query, ...at } } })));
/** The newest first, each page before the last: what is written meanwhile moves none. */
export const everyEntry = (query: QueryOf<'/api/v1/ledger/entries'>) =>
  everyPage(({ cursor, limit }) =>
    unwrap(
      api.GET('/api/v1/ledger/entries', {
        params: { query: { ...query, limit, ...(cursor && { before: cursor }) } },
      }),
    ),
  );
