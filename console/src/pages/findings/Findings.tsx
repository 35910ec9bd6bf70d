import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CalendarCheck } from 'lucide-react';
import { findingsQuery } from '../../api/queries.ts';
import type { Finding } from '../../api/types.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { visible } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { COLUMNS, type FindingState, stateOf } from './columns.tsx';

const route = getRouteApi('/house/findings');
/** In an address, for what no person is named for. */
const NOBODY = 'nobody';
const STATES: FindingState[] = ['overdue', 'open', 'closed'];

const openFirst = (items: Finding[]): Finding[] =>
  [...items].sort(
    (a, b) => Number(a.closed !== null) - Number(b.closed !== null) || a.due.localeCompare(b.due),
  );

/** What a person must decide on, the nearest due first. */
export function Findings() {
  const { state, rule, owner } = route.useSearch();
  const query = useQuery(findingsQuery(useWhen()));
  const fits = (finding: Finding): boolean =>
    (state === undefined || stateOf(finding) === state) &&
    (rule === undefined || finding.rule === rule) &&
    (owner === undefined || (finding.owner?.id ?? NOBODY) === owner);
  return (
    <Page title="Findings" lead="What a person must decide on, and by when.">
      <Filters items={query.data?.items ?? []} />
      <Frame label="Findings">
        <Loaded query={query}>
          {({ items }) => <List items={openFirst(items.filter(fits))} any={items.length > 0} />}
        </Loaded>
      </Frame>
    </Page>
  );
}

function List({ items, any }: { items: Finding[]; any: boolean }) {
  if (!any)
    return (
      <Empty icon={CalendarCheck} title="Nothing has to be decided">
        <p>A finding opens by itself, for one when an owner leaves, and counts down to its due date.</p>
      </Empty>
    );
  if (items.length === 0)
    return (
      <Empty icon={CalendarCheck} title="No finding fits these filters">
        <Link to="/findings" search={{}}>
          Show every finding
        </Link>
      </Empty>
    );
  return (
    <DataTable
      table="findings"
      caption="Findings"
      columns={COLUMNS}
      rows={items}
      rowKey={({ id }) => id}
      rowLink={({ entry }) => ({ to: '/ledger/$index', params: { index: String(entry) } })}
    />
  );
}

/** Each owner once, by name; what is nobody's can be asked for as well. */
function ownersOf(items: Finding[]) {
  const names = new Map(items.map(({ owner }) => [owner?.id ?? NOBODY, owner ? nameOf(owner) : 'Nobody’s']));
  return [...names]
    .map(([value, name]) => ({ value, label: visible(name) }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

function Filters({ items }: { items: Finding[] }) {
  const rules = [...new Set(items.map(({ rule }) => rule))].sort();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (name: 'state' | 'rule' | 'owner') => (value: string | undefined) =>
    void navigate({ search: (now) => ({ ...now, [name]: value }), replace: true });
  return (
    <search className="filters">
      <Select label="State" value={search.state} options={STATES} onChange={set('state')} />
      <Select label="Rule" value={search.rule} options={rules} onChange={set('rule')} />
      <Select label="Owner" value={search.owner} options={ownersOf(items)} onChange={set('owner')} />
      <SavedFilters table="findings" />
    </search>
  );
}
