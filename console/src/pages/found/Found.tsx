import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Radar } from 'lucide-react';
import { observationsQuery } from '../../api/queries.ts';
import type { Observation } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Pager } from '../../components/Pager.tsx';
import { Frame } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { visible, words } from '../../lib/format.ts';
import { FoundFilters } from './FoundFilters.tsx';
import { Sweeps } from './Sweeps.tsx';
import './found.css';
import { given } from '../../lib/given.ts';

const route = getRouteApi('/house/found');
const PAGE_ROWS = 50;

const attributesOf = ({ attributes }: Observation): string =>
  Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : value}`)
    .join(' · ');

const What = ({ row }: { row: Observation }) => (
  <>
    <span className="name" title={row.label ?? row.key}>
      {visible(row.label ?? row.key)}
    </span>
    <span className="name observed" title={attributesOf(row)}>
      {visible(attributesOf(row))}
    </span>
  </>
);

const COLUMNS: Array<Column<Observation>> = [
  { header: 'What', cell: (row) => <What row={row} />, width: '52%' },
  { header: 'Class', cell: (row) => words(row.class), width: '11%' },
  { header: 'Source', cell: ({ source }) => source, width: '9%' },
  { header: 'There now', cell: ({ present }) => (present ? 'Yes' : 'Gone'), width: '9%' },
  { header: 'First seen', cell: ({ firstSeen }) => <Time value={firstSeen} />, numeric: true },
  { header: 'Changed', cell: ({ lastChanged }) => <Time value={lastChanged} />, numeric: true },
];

/** What sweeps saw, with how complete each sweep was above it. */
export function Found() {
  const { asOf: _, knownAt: __, ...search } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({
    ...observationsQuery({ ...given(search), limit: PAGE_ROWS } as Parameters<typeof observationsQuery>[0]),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Found"
      lead="What sweeps saw: identities, credentials, permissions, trusts and exposures, never a secret’s value."
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
                  caption="Observations"
                  columns={COLUMNS}
                  rows={items}
                  rowKey={({ source, key }) => `${source} ${key}`}
                  rowLink={({ entry }) => ({ to: '/ledger/$index', params: { index: String(entry) } })}
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
      <p>Sweep this host from the overview, or run muniment sweep.</p>
    )}
  </Empty>
);
