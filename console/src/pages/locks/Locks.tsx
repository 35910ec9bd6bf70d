import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { LockOpen } from 'lucide-react';
import { locksQuery } from '../../api/queries.ts';
import type { Lock } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { LockBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { PlaceLock } from './PlaceLock.tsx';
import { LOCK_KINDS } from './TargetFields.tsx';

const route = getRouteApi('/house/locks');
const STATES = [
  { value: 'standing', label: 'Locked' },
  { value: 'lifted', label: 'Lifted' },
];

const stateOf = ({ lifted }: Lock): string => (lifted === null ? 'standing' : 'lifted');

const COLUMNS: Array<Column<Lock>> = [
  {
    header: 'Target',
    cell: ({ target }) => (
      <span className="name" title={target.name ?? target.id}>
        {visible(target.name ?? target.id)}
      </span>
    ),
    width: '22%',
    text: ({ target }) => target.name ?? target.id,
  },
  {
    header: 'Kind',
    cell: ({ target }) => words(target.kind),
    width: '10%',
    text: ({ target }) => target.kind,
  },
  {
    header: 'State',
    cell: ({ lifted }) => <LockBadge lifted={lifted !== null} />,
    width: '11%',
    text: stateOf,
  },
  {
    header: 'Reason',
    cell: ({ reason }) => (
      <span className="name" title={reason}>
        {visible(reason)}
      </span>
    ),
    width: '28%',
    text: ({ reason }) => reason,
  },
  {
    header: 'By',
    cell: ({ actor }) => <span className="name">{visible(nameOf(actor))}</span>,
    width: '14%',
    text: ({ actor }) => nameOf(actor),
  },
  {
    header: 'Placed',
    cell: ({ placed }) => <Time value={placed} />,
    numeric: true,
    text: ({ placed }) => placed,
  },
];

/** Standing locks first, then the newest. */
const standingFirst = (items: Lock[]): Lock[] =>
  [...items].sort(
    (a, b) => Number(a.lifted !== null) - Number(b.lifted !== null) || b.placed.localeCompare(a.placed),
  );

export function Locks() {
  const { state, kind } = route.useSearch();
  const query = useQuery(locksQuery(useWhen()));
  const fits = (lock: Lock): boolean =>
    (state === undefined || stateOf(lock) === state) && (kind === undefined || lock.target.kind === kind);
  return (
    <Page
      title="Locks"
      lead="Immediate refusal, proven: each dead credential is tried where it would be used, and the refusal is recorded."
      actions={<PlaceLock />}
    >
      <Filters />
      <Frame label="Locks">
        <Loaded query={query}>
          {({ items }) => <List items={standingFirst(items.filter(fits))} any={items.length > 0} />}
        </Loaded>
      </Frame>
    </Page>
  );
}

function List({ items, any }: { items: Lock[]; any: boolean }) {
  if (!any)
    return (
      <Empty icon={LockOpen} title="Nothing was ever locked">
        <p>A lock can also be placed on an identity’s page, or with muniment lock.</p>
      </Empty>
    );
  if (items.length === 0)
    return (
      <Empty icon={LockOpen} title="No lock fits these filters">
        <Link to="/locks" search={{}}>
          Show every lock
        </Link>
      </Empty>
    );
  return (
    <DataTable
      table="locks"
      caption="Locks"
      columns={COLUMNS}
      rows={items}
      rowKey={({ id }) => id}
      rowLink={({ id }) => ({ to: '/locks/$id', params: { id } })}
    />
  );
}

function Filters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (name: 'state' | 'kind') => (value: string | undefined) =>
    void navigate({ search: (now) => ({ ...now, [name]: value }), replace: true });
  return (
    <search className="filters">
      <Select label="State" value={search.state} options={STATES} onChange={set('state')} />
      <Select label="Kind" value={search.kind} options={LOCK_KINDS} onChange={set('kind')} />
      <SavedFilters table="locks" />
    </search>
  );
}
