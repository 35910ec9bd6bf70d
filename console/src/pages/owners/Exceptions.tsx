import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Clock, TimerOff } from 'lucide-react';
import { exceptionsQuery } from '../../api/queries.ts';
import type { Exception } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { visible } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';

const COLUMNS: Array<Column<Exception>> = [
  {
    header: 'Control',
    cell: ({ control }) => (
      <Link to="/evidence/$control" params={{ control }}>
        {control}
      </Link>
    ),
    width: '12%',
    text: ({ control }) => control,
  },
  {
    header: 'For',
    cell: ({ subject }) => <span className="name">{visible(nameOf(subject))}</span>,
    width: '17%',
    text: ({ subject }) => nameOf(subject),
  },
  {
    header: 'State',
    cell: ({ lapsed }) => (
      <Badge tone={lapsed ? 'calm' : 'warn'} icon={lapsed ? TimerOff : Clock}>
        {lapsed ? 'Lapsed' : 'In force'}
      </Badge>
    ),
    width: '12%',
    text: ({ lapsed }) => (lapsed ? 'lapsed' : 'in force'),
  },
  {
    header: 'Owner',
    cell: ({ owner }) => <span className="name">{visible(nameOf(owner))}</span>,
    width: '14%',
    text: ({ owner }) => nameOf(owner),
  },
  {
    header: 'Approved by',
    cell: ({ approvers }) => <span className="name">{visible(approvers.map(nameOf).join(', '))}</span>,
    width: '14%',
    text: ({ approvers }) => approvers.map(nameOf).join(' '),
  },
  {
    header: 'Instead',
    cell: ({ compensating }) => (
      <span className="name" title={compensating}>
        {visible(compensating)}
      </span>
    ),
    text: ({ compensating }) => compensating,
  },
  {
    header: 'Until',
    cell: ({ until }) => <Time value={until} />,
    width: '11%',
    numeric: true,
    text: ({ until }) => until,
  },
];

/** Departures that somebody approved for a while; they lapse by themselves and stay in the denominator. */
export function Exceptions() {
  const query = useQuery(exceptionsQuery(useWhen()));
  return (
    <Panel title="Exceptions" padded={false}>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon={TimerOff} title="No departure from a control was approved">
              <p>
                Propose a change that declares an Exception; another person than its owner has to approve it.
              </p>
            </Empty>
          ) : (
            <DataTable
              table="exceptions"
              caption="Exceptions"
              columns={COLUMNS}
              rows={items}
              rowKey={({ id }) => id}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
