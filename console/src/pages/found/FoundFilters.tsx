import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback } from 'react';
import { sourcesQuery } from '../../api/queries.ts';
import type { ObservationClass } from '../../api/types.ts';
import { SearchBox, Select } from '../../components/Filters.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';

const route = getRouteApi('/house/found');
const CLASSES: ObservationClass[] = ['identity', 'credential', 'permission', 'trust', 'exposure'];
const PRESENCE = [
  { value: 'true', label: 'There now' },
  { value: 'false', label: 'Gone' },
];

const DECLARED = [
  { value: 'true', label: 'Claimed' },
  { value: 'false', label: 'By nobody' },
];
const RIGHTS = [
  { value: 'true', label: 'Administrator' },
  { value: 'false', label: 'No administrator' },
];

export function FoundFilters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const sources = useQuery(sourcesQuery).data?.items ?? [];
  const set =
    (name: 'class' | 'source' | 'present' | 'registered' | 'administrator') => (value: string | undefined) =>
      void navigate({ search: ({ cursor: _, ...rest }) => ({ ...rest, [name]: value }), replace: true });
  const find = useCallback(
    (q: string | undefined) =>
      void navigate({ search: ({ cursor: _, ...rest }) => ({ ...rest, q }), replace: true }),
    [navigate],
  );
  return (
    <search className="filters">
      <SearchBox label="Search what was seen" value={search.q} onChange={find} />
      <Select label="Class" value={search.class} options={CLASSES} onChange={set('class')} />
      <Select label="Presence" value={search.present} options={PRESENCE} onChange={set('present')} />
      <Select
        label="Source"
        value={search.source}
        options={sources.map(({ source }) => ({ value: source, label: source }))}
        onChange={set('source')}
      />
      <Select label="Declared" value={search.registered} options={DECLARED} onChange={set('registered')} />
      <Select label="Rights" value={search.administrator} options={RIGHTS} onChange={set('administrator')} />
      <SavedFilters table="found" />
    </search>
  );
}
