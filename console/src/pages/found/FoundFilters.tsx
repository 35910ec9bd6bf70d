import { getRouteApi } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { ObservationClass } from '../../api/types.ts';
import { SearchBox, Select } from '../../components/Filters.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';

const route = getRouteApi('/house/found');
const CLASSES: ObservationClass[] = ['identity', 'credential', 'permission', 'trust', 'exposure'];
const PRESENCE = [
  { value: 'true', label: 'There now' },
  { value: 'false', label: 'Gone' },
];

export function FoundFilters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (name: 'class' | 'present') => (value: string | undefined) =>
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
      <SavedFilters table="found" />
    </search>
  );
}
