import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CalendarCheck, CircleCheck, Clock, TriangleAlert } from 'lucide-react';
import { findingsQuery } from '../../api/queries.ts';
import type { Finding } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { visible } from '../../lib/format.ts';
import { linkOf } from '../../lib/links.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';

function State({ finding: { closed, due } }: { finding: Finding }) {
  if (closed !== null)
    return (
      <Badge tone="calm" icon={CircleCheck}>
        Closed
      </Badge>
    );
  const overdue = Date.parse(due) < Date.now();
  return (
    <Badge tone={overdue ? 'fail' : 'warn'} icon={overdue ? TriangleAlert : Clock}>
      {overdue ? 'Overdue' : 'Open'}
    </Badge>
  );
}

function Subject({ subject }: { subject: Finding['subject'] }) {
  const link = linkOf(subject.id);
  const name = <span className="name">{visible(nameOf(subject))}</span>;
  return link ? <Link {...link}>{name}</Link> : name;
}

const COLUMNS: Array<Column<Finding>> = [
  {
    header: 'Finding',
    cell: ({ title }) => (
      <span className="clamp" title={title}>
        {visible(title)}
      </span>
    ),
    width: '42%',
  },
  { header: 'State', cell: (finding) => <State finding={finding} />, width: '12%' },
  { header: 'About', cell: ({ subject }) => <Subject subject={subject} />, width: '18%' },
  { header: 'Due', cell: ({ due }) => <Time value={due} />, numeric: true },
  { header: 'Opened', cell: ({ opened }) => <Time value={opened} />, numeric: true },
];

const openFirst = (items: Finding[]): Finding[] =>
  [...items].sort(
    (a, b) => Number(a.closed !== null) - Number(b.closed !== null) || a.due.localeCompare(b.due),
  );

/** What a person must decide on, the nearest due first. */
export function Findings() {
  const query = useQuery(findingsQuery(useWhen()));
  return (
    <Page title="Findings" lead="What a person must decide on, and by when.">
      <Frame label="Findings">
        <Loaded query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon={CalendarCheck} title="Nothing has to be decided">
                <p>
                  A finding opens by itself, for one when an owner leaves, and counts down to its due date.
                </p>
              </Empty>
            ) : (
              <DataTable
                caption="Findings"
                columns={COLUMNS}
                rows={openFirst(items)}
                rowKey={({ id }) => id}
                rowLink={({ entry }) => ({ to: '/ledger/$index', params: { index: String(entry) } })}
              />
            )
          }
        </Loaded>
      </Frame>
    </Page>
  );
}
