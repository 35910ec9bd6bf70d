import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback } from 'react';
import { IDENTITY_KINDS, IDENTITY_STATES } from '../../../../verifier/src/words/resources.ts';
import { applicationsQuery, personsQuery } from '../../api/queries.ts';
import { SearchBox, Select } from '../../components/Filters.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { nameOf } from '../../lib/names.ts';

const route = getRouteApi('/house/identities');

/** Filters live in the address, so a filtered list can be kept and sent. A new filter starts at the first page. */
export function IdentityFilters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const applications = useQuery(applicationsQuery({})).data?.items ?? [];
  const persons = useQuery(personsQuery({})).data?.items ?? [];
  const set = (name: 'state' | 'kind' | 'application' | 'owner') => (value: string | undefined) =>
    void navigate({ search: ({ cursor: _, ...rest }) => ({ ...rest, [name]: value }), replace: true });
  const find = useCallback(
    (q: string | undefined) =>
      void navigate({ search: ({ cursor: _, ...rest }) => ({ ...rest, q }) as typeof rest, replace: true }),
    [navigate],
  );
  return (
    <search className="filters">
      <SearchBox label="Search by name or purpose" value={search.q} onChange={find} />
      <Select label="State" value={search.state} options={[...IDENTITY_STATES]} onChange={set('state')} />
      <Select label="Kind" value={search.kind} options={[...IDENTITY_KINDS]} onChange={set('kind')} />
      <Select
        label="Application"
        value={search.application}
        options={applications.map((each) => ({ value: each.id, label: nameOf(each) }))}
        onChange={set('application')}
      />
      <Select
        label="Owner"
        value={search.owner}
        options={persons.map((each) => ({ value: each.id, label: each.displayName ?? nameOf(each) }))}
        onChange={set('owner')}
      />
      <SavedFilters table="identities" />
    </search>
  );
}
