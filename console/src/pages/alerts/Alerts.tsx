import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { BellOff } from 'lucide-react';
import { DETECTORS } from '../../../../verifier/src/words/entries.ts';
import { alertsQuery } from '../../api/queries.ts';
import type { Alert, AlertState } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { AlertBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { Detectors } from './Detectors.tsx';

const route = getRouteApi('/house/alerts');
const STATES: AlertState[] = ['open', 'acknowledged', 'resolved'];

const COLUMNS: Array<Column<Alert>> = [
  {
    header: 'Seen',
    cell: ({ seen }) => (
      <span className="name" title={seen}>
        {visible(seen)}
      </span>
    ),
    width: '34%',
    text: ({ seen }) => seen,
  },
  {
    header: 'State',
    cell: ({ state }) => <AlertBadge value={state} />,
    width: '11%',
    text: ({ state }) => state,
  },
  {
    header: 'Detector',
    cell: ({ detector }) => words(detector),
    width: '15%',
    text: ({ detector }) => detector,
  },
  {
    header: 'Identity',
    cell: ({ identity }) =>
      identity ? (
        <Link to="/identities/$id" params={{ id: identity.id }} className="name">
          {visible(nameOf(identity))}
        </Link>
      ) : (
        <span className="muted">none known</span>
      ),
    width: '15%',
    text: ({ identity }) => (identity ? nameOf(identity) : ''),
  },
  {
    header: 'Owner',
    cell: ({ owner }) =>
      owner ? <span className="name">{visible(nameOf(owner))}</span> : <span className="muted">nobody</span>,
    width: '14%',
    text: ({ owner }) => (owner ? nameOf(owner) : ''),
  },
  {
    header: 'Raised',
    cell: ({ raised }) => <Time value={raised} />,
    numeric: true,
    text: ({ raised }) => raised,
  },
];

const isOpenFirst = (items: Alert[]): Alert[] =>
  STATES.flatMap((state) => items.filter((alert) => alert.state === state));

/** What was used in a way that nobody expected, and whether whoever should notice would. */
export function Alerts() {
  const { state, detector } = route.useSearch();
  const query = useQuery(alertsQuery(useWhen()));
  const fits = (alert: Alert): boolean =>
    (state === undefined || alert.state === state) && (detector === undefined || alert.detector === detector);
  return (
    <Page
      title="Alerts"
      lead="A credential that was used in a way that nobody expected: what was expected, what was seen, and the entries that show it."
    >
      <Filters />
      <Frame label="Alerts">
        <Loaded query={query}>
          {({ items }) => <List items={isOpenFirst(items.filter(fits))} any={items.length > 0} />}
        </Loaded>
      </Frame>
      <Detectors />
    </Page>
  );
}

function List({ items, any }: { items: Alert[]; any: boolean }) {
  if (items.length === 0)
    return (
      <Empty icon={BellOff} title={any ? 'No alert fits these filters' : 'No alert was raised'}>
        {any ? (
          <Link to="/alerts" search={{}}>
            Show every alert
          </Link>
        ) : (
          <p>The detectors below say when each last woke to a test event.</p>
        )}
      </Empty>
    );
  return (
    <DataTable
      table="alerts"
      caption="Alerts"
      columns={COLUMNS}
      rows={items}
      rowKey={({ id }) => id}
      rowLink={({ id }) => ({ to: '/alerts/$id', params: { id } })}
    />
  );
}

function Filters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (name: 'state' | 'detector') => (value: string | undefined) =>
    void navigate({ search: (now) => ({ ...now, [name]: value }), replace: true });
  return (
    <search className="filters">
      <Select label="State" value={search.state} options={STATES} onChange={set('state')} />
      <Select label="Detector" value={search.detector} options={[...DETECTORS]} onChange={set('detector')} />
      <SavedFilters table="alerts" />
    </search>
  );
}
