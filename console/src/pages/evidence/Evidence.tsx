import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { FileCheck } from 'lucide-react';
import { controlsQuery } from '../../api/queries.ts';
import type { Control, Verdict } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { VERDICTS, VerdictBadge } from '../../components/status.tsx';
import { formatNumber, formatTime, visible } from '../../lib/format.ts';
import { useWhen } from '../../lib/when.ts';
import { BuildPackage } from './BuildPackage.tsx';
import { PeriodForm } from './PeriodForm.tsx';
import { periodIn } from './period.ts';
import './evidence.css';

const route = getRouteApi('/house/evidence');
const ORDER = Object.keys(VERDICTS) as Verdict[];
const CHOICES = ORDER.map((value) => ({ value, label: VERDICTS[value].word }));

const COLUMNS: Array<Column<Control>> = [
  { header: 'Control', cell: ({ id }) => <code>{id}</code>, width: '11%', text: ({ id }) => id },
  {
    header: 'Verdict',
    cell: ({ verdict }) => <VerdictBadge value={verdict} />,
    width: '13%',
    text: ({ verdict }) => verdict,
  },
  {
    header: 'What it says',
    cell: ({ title }) => (
      <span className="clamp" title={title}>
        {title}
      </span>
    ),
    width: '24%',
    text: ({ title }) => title,
  },
  {
    header: 'Population',
    cell: ({ population }) =>
      population === null ? <span className="muted">unknown</span> : formatNumber(population),
    width: '9%',
    numeric: true,
    text: ({ population }) => (population === null ? '' : String(population)),
  },
  {
    header: 'Deviations',
    cell: ({ deviations }) => formatNumber(deviations),
    width: '9%',
    numeric: true,
    text: ({ deviations }) => String(deviations),
  },
  {
    header: 'Exceptions',
    cell: ({ exceptions }) => formatNumber(exceptions),
    width: '9%',
    numeric: true,
    text: ({ exceptions }) => String(exceptions),
  },
  {
    header: 'Why',
    cell: ({ why }) => (
      <span className="clamp" title={why}>
        {visible(why)}
      </span>
    ),
    text: ({ why }) => why,
  },
];

const worstFirst = (controls: Control[]): Control[] =>
  ORDER.flatMap((verdict) => controls.filter((control) => control.verdict === verdict));

/** Every control's verdict over a period, and the package that proves it to whoever does not trust this house. */
export function Evidence() {
  const { verdict, ...search } = route.useSearch();
  const query = useQuery({
    ...controlsQuery({ ...useWhen(), ...periodIn(search) }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Evidence"
      lead="What held over a period and what did not, each with its population; and a package that proves it offline."
    >
      <Loaded query={query} skeleton={<Skeleton lines={14} label="Testing the controls" />}>
        {({ period, controls }) => (
          <>
            <Filters period={period} />
            <Panel
              title="Controls"
              padded={false}
              aside={
                <span className="aside">
                  {formatTime(period.from)} to {formatTime(period.to)}
                </span>
              }
            >
              <List items={worstFirst(controls).filter((each) => !verdict || each.verdict === verdict)} />
            </Panel>
            <BuildPackage period={period} controls={controls} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function List({ items }: { items: Control[] }) {
  const search = periodIn(route.useSearch());
  return items.length === 0 ? (
    <Empty icon={FileCheck} title="No control has this verdict">
      <Link to="/evidence" search={search}>
        Show all controls
      </Link>
    </Empty>
  ) : (
    <DataTable
      table="controls"
      caption="Controls and their verdicts"
      columns={COLUMNS}
      rows={items}
      rowKey={({ id }) => id}
      rowLink={({ id }) => ({ to: '/evidence/$control', params: { control: id }, search })}
    />
  );
}

function Filters({ period }: { period: { from: string; to: string } }) {
  const { verdict } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <div className="filters">
      <PeriodForm shown={period} />
      <Select
        label="Verdict"
        value={verdict}
        options={CHOICES}
        onChange={(value) => void navigate({ search: (now) => ({ ...now, verdict: value }), replace: true })}
      />
      <SavedFilters table="evidence" />
    </div>
  );
}
