import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { GitPullRequestArrow, Plus } from 'lucide-react';
import { changesQuery } from '../../api/queries.ts';
import type { ChangeState, ChangeSummary } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { ChangeStateBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { formatNumber, visible } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import '../../components/button.css';

const route = getRouteApi('/house/changes');
const STATES: ChangeState[] = ['proposed', 'applied', 'withdrawn'];

const COLUMNS: Array<Column<ChangeSummary>> = [
  {
    header: 'Title',
    cell: ({ title }) => (
      <span className="name" title={title}>
        {visible(title)}
      </span>
    ),
    width: '31%',
    text: ({ title }) => title,
  },
  {
    header: 'State',
    cell: ({ state }) => <ChangeStateBadge value={state} />,
    width: '13%',
    text: ({ state }) => state,
  },
  {
    header: 'Proposed by',
    cell: ({ proposer }) => <span className="name">{visible(nameOf(proposer))}</span>,
    width: '17%',
    text: ({ proposer }) => nameOf(proposer),
  },
  {
    header: 'Proposed',
    cell: ({ proposed }) => <Time value={proposed} />,
    width: '13%',
    text: ({ proposed }) => proposed,
  },
  {
    header: 'Steps',
    cell: ({ operations }) => formatNumber(operations),
    width: '7%',
    numeric: true,
    text: ({ operations }) => String(operations),
  },
  {
    header: 'Signed',
    cell: ({ approvals }) => formatNumber(approvals),
    width: '8%',
    numeric: true,
    text: ({ approvals }) => String(approvals),
  },
  {
    header: 'Applied',
    cell: ({ applied }) => <Time value={applied} />,
    numeric: true,
    text: ({ applied }) => applied ?? '',
  },
];

const isState = (text: string | undefined): text is ChangeState => STATES.some((state) => state === text);

export function Changes() {
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(changesQuery({ ...useWhen(), ...(isState(state) && { state }) }));
  return (
    <Page
      title="Changes"
      lead="Every edit to what is declared: planned, signed by someone else, applied exactly so."
      actions={
        <Link to="/changes/new" className="button button-primary">
          <Plus size={15} aria-hidden /> Propose a change
        </Link>
      }
    >
      <search className="filters">
        <Select
          label="State"
          value={state}
          options={STATES}
          onChange={(value) => void navigate({ search: { state: value }, replace: true })}
        />
        <SavedFilters table="changes" />
      </search>
      <Frame label="Changes">
        <Loaded query={query}>
          {({ items }) =>
            items.length === 0 ? <None filtered={state !== undefined} /> : <Table items={items} />
          }
        </Loaded>
      </Frame>
    </Page>
  );
}

const Table = ({ items }: { items: ChangeSummary[] }) => (
  <DataTable
    table="changes"
    caption="Changes"
    columns={COLUMNS}
    rows={items}
    rowKey={({ id }) => id}
    rowLink={({ id }) => ({ to: '/changes/$id', params: { id } })}
  />
);

const None = ({ filtered }: { filtered: boolean }) => (
  <Empty
    icon={GitPullRequestArrow}
    title={filtered ? 'No change is in this state' : 'Nothing was proposed yet'}
  >
    {filtered ? (
      <Link to="/changes" search={{}}>
        Show every change
      </Link>
    ) : (
      <p>
        Paste manifests and <Link to="/changes/new">propose them</Link>: you see the plan before anyone is
        asked.
      </p>
    )}
  </Empty>
);
