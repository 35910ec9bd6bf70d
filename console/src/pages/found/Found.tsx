import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Radar } from 'lucide-react';
import { everyObservation, observationsQuery } from '../../api/queries.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { OBSERVED } from '../../components/observation.tsx';
import { Page } from '../../components/Page.tsx';
import { Pager } from '../../components/Pager.tsx';
import { Frame } from '../../components/Panel.tsx';
import { useWhen } from '../../lib/when.ts';
import { Files } from './Files.tsx';
import { FoundFilters } from './FoundFilters.tsx';
import { Sweeps } from './Sweeps.tsx';
import './found.css';
import { given } from '../../lib/given.ts';

const route = getRouteApi('/house/found');
const PAGE_ROWS = 50;

type Asked = Parameters<typeof observationsQuery>[0];

/** What sweeps saw, with how complete each sweep was above it. */
export function Found() {
  const { asOf: _, knownAt: __, ...search } = route.useSearch();
  const navigate = route.useNavigate();
  const when = useWhen();
  const { cursor, ...filters } = given(search) as Asked;
  const asked = { ...when, ...filters };
  const query = useQuery({
    ...observationsQuery({ ...asked, ...(cursor && { cursor }), limit: PAGE_ROWS }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Inventory"
      lead="All that was found: identities, credentials, permissions, trusts and exposures, never a secret’s value."
      actions={<Files asked={asked} />}
    >
      <Sweeps />
      <FoundFilters />
      <Frame label="Observations">
        <Loaded query={query}>
          {({ items, next }) =>
            items.length === 0 ? (
              <None filtered={Object.values(search).some((value) => value !== undefined)} />
            ) : (
              <>
                <DataTable
                  table="found"
                  all={() => everyObservation(asked)}
                  caption="Observations"
                  columns={OBSERVED}
                  rows={items}
                  rowKey={({ source, key }) => `${source} ${key}`}
                  rowLink={({ key }) => ({ to: '/observations/$key', params: { key } })}
                />
                <Pager
                  shown={items.length}
                  noun="observation"
                  cursor={search.cursor}
                  next={next}
                  onMove={(cursor) => void navigate({ search: { ...search, cursor } })}
                />
              </>
            )
          }
        </Loaded>
      </Frame>
    </Page>
  );
}

const None = ({ filtered }: { filtered: boolean }) => (
  <Empty icon={Radar} title={filtered ? 'Nothing that was seen fits these filters' : 'Nothing was seen yet'}>
    {filtered ? (
      <Link to="/found" search={{}}>
        Clear the filters
      </Link>
    ) : (
      <p>
        Sweep one of the <Link to="/sources">sources</Link>, or run muniment sweep.
      </p>
    )}
  </Empty>
);
