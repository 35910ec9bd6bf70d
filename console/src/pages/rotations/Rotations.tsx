import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { RefreshCw } from 'lucide-react';
import { rotationsQuery } from '../../api/queries.ts';
import type { Rotation } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { Time } from '../../components/Time.tsx';
import { plural, visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { STAGES, StageBadge, stageOf } from './stage.tsx';

const route = getRouteApi('/house/rotations');

const COLUMNS: Array<Column<Rotation>> = [
  {
    header: 'Rotation',
    cell: ({ name }) => <span className="name">{visible(name)}</span>,
    width: '17%',
    text: ({ name }) => name,
  },
  { header: 'State', cell: (rotation) => <StageBadge rotation={rotation} />, width: '13%', text: stageOf },
  {
    header: 'Phase',
    cell: ({ run }) => (run ? words(run.phase) : <span className="muted">none yet</span>),
    width: '10%',
    text: ({ run }) => run?.phase ?? '',
  },
  {
    header: 'Identity',
    cell: ({ identity }) => (
      <Link to="/identities/$id" params={{ id: identity.id }} className="name">
        {visible(nameOf(identity))}
      </Link>
    ),
    width: '15%',
    text: ({ identity }) => nameOf(identity),
  },
  {
    header: 'Target',
    cell: ({ target }) => (
      <span className="name" title={target}>
        {visible(target)}
      </span>
    ),
    text: ({ target }) => target,
  },
  {
    header: 'Every',
    cell: ({ intervalDays }) => plural(intervalDays, 'day'),
    width: '9%',
    numeric: true,
    text: ({ intervalDays }) => String(intervalDays),
  },
  {
    header: 'Last',
    cell: ({ rotated }) => <Time value={rotated} />,
    width: '9%',
    numeric: true,
    text: ({ rotated }) => rotated ?? '',
  },
  {
    header: 'Due',
    cell: ({ due }) => <Time value={due} />,
    width: '9%',
    numeric: true,
    text: ({ due }) => due,
  },
];

const mostUrgentFirst = (items: Rotation[]): Rotation[] =>
  [...items].sort(
    (a, b) =>
      STAGES.indexOf(stageOf(a)) - STAGES.indexOf(stageOf(b)) || Date.parse(a.due) - Date.parse(b.due),
  );

/** Static secrets that are renewed on a schedule, and how far each run is. */
export function Rotations() {
  const { stage } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(rotationsQuery(useWhen()));
  return (
    <Page
      title="Rotations"
      lead="Static secrets that are renewed on a schedule: the new one is seen in use before the old one is removed, tried, and refused."
      actions={
        <Link to="/changes/new" className="button button-plain">
          Propose a change
        </Link>
      }
    >
      <search className="filters">
        <Select
          label="State"
          value={stage}
          options={STAGES}
          onChange={(value) => void navigate({ search: { stage: value }, replace: true })}
        />
        <SavedFilters table="rotations" />
      </search>
      <Frame label="Rotations">
        <Loaded query={query}>
          {({ items }) => (
            <List
              items={mostUrgentFirst(items.filter((each) => stage === undefined || stageOf(each) === stage))}
              any={items.length > 0}
            />
          )}
        </Loaded>
      </Frame>
    </Page>
  );
}

function List({ items, any }: { items: Rotation[]; any: boolean }) {
  if (items.length === 0)
    return (
      <Empty icon={RefreshCw} title={any ? 'No rotation is in this state' : 'Nothing is rotated yet'}>
        {any ? (
          <Link to="/rotations" search={{}}>
            Show every rotation
          </Link>
        ) : (
          <p>
            <Link to="/posture/$finding" params={{ finding: 'rotation' }}>
              Claim a secret
            </Link>{' '}
            that was found, then propose a Rotation for its identity.
          </p>
        )}
      </Empty>
    );
  return (
    <DataTable
      table="rotations"
      caption="Rotations"
      columns={COLUMNS}
      rows={items}
      rowKey={({ id }) => id}
      rowLink={({ id }) => ({ to: '/rotations/$id', params: { id } })}
    />
  );
}
