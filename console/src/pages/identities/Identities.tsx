import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Fingerprint } from 'lucide-react';
import { everyIdentity, identitiesQuery } from '../../api/queries.ts';
import type { Identity } from '../../api/types.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Pager } from '../../components/Pager.tsx';
import { Frame } from '../../components/Panel.tsx';
import { given } from '../../lib/given.ts';
import { COLUMNS } from './columns.tsx';
import { IdentityFilters } from './IdentityFilters.tsx';
import '../../components/button.css';

const route = getRouteApi('/house/identities');
const PAGE_ROWS = 50;

export function Identities() {
  const search = route.useSearch();
  const { asOf: _, knownAt: __, ...filters } = search;
  const navigate = route.useNavigate();
  const { cursor: ___, ...asked } = given(search);
  const query = useQuery({
    ...identitiesQuery({ ...given(search), limit: PAGE_ROWS } as Parameters<typeof identitiesQuery>[0]),
    placeholderData: keepPreviousData,
  });
  const filtered = Object.values(filters).some((value) => value !== undefined);
  return (
    <Page
      title="Identities"
      lead="Every registered non-human identity: whose it is, what it may have, and what it holds now."
      actions={
        <Link to="/changes/new" className="button button-plain">
          Propose a change
        </Link>
      }
    >
      <IdentityFilters />
      <Frame label="Identities">
        <Loaded query={query}>
          {({ items, next }) =>
            items.length === 0 ? (
              <None filtered={filtered} />
            ) : (
              <>
                <Table
                  items={items}
                  all={() => everyIdentity(asked as Parameters<typeof everyIdentity>[0])}
                />
                <Pager
                  shown={items.length}
                  noun="identity"
                  nouns="identities"
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

const Table = ({ items, all }: { items: Identity[]; all: () => Promise<Identity[]> }) => (
  <DataTable
    table="identities"
    all={all}
    caption="Identities"
    columns={COLUMNS}
    rows={items}
    rowKey={({ id }) => id}
    rowLink={({ id }) => ({ to: '/identities/$id', params: { id } })}
  />
);

const None = ({ filtered }: { filtered: boolean }) =>
  filtered ? (
    <Empty icon={Fingerprint} title="No identity fits these filters">
      <Link to="/identities" search={{}}>
        Clear the filters
      </Link>
    </Empty>
  ) : (
    <Empty icon={Fingerprint} title="No identity is registered yet">
      <p>
        <Link to="/changes/new">Propose a change</Link> that declares one, or see what was{' '}
        <Link to="/unregistered">found</Link> and nobody declared.
      </p>
    </Empty>
  );
