import { useQuery } from '@tanstack/react-query';
import { LockOpen } from 'lucide-react';
import { locksQuery } from '../../api/queries.ts';
import type { Lock } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { LockBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { PlaceLock } from './PlaceLock.tsx';

const COLUMNS: Array<Column<Lock>> = [
  {
    header: 'Target',
    cell: ({ target }) => <span className="name">{visible(target.name ?? target.id)}</span>,
    width: '22%',
  },
  { header: 'Kind', cell: ({ target }) => words(target.kind), width: '10%' },
  { header: 'State', cell: ({ lifted }) => <LockBadge lifted={lifted !== null} />, width: '11%' },
  {
    header: 'Reason',
    cell: ({ reason }) => (
      <span className="name" title={reason}>
        {visible(reason)}
      </span>
    ),
    width: '28%',
  },
  { header: 'By', cell: ({ actor }) => <span className="name">{visible(nameOf(actor))}</span>, width: '14%' },
  { header: 'Placed', cell: ({ placed }) => <Time value={placed} />, numeric: true },
];

/** Standing locks first, then the newest. */
const standingFirst = (items: Lock[]): Lock[] =>
  [...items].sort(
    (a, b) => Number(a.lifted !== null) - Number(b.lifted !== null) || b.placed.localeCompare(a.placed),
  );

export function Locks() {
  const query = useQuery(locksQuery(useWhen()));
  return (
    <Page
      title="Locks"
      lead="Immediate refusal, proven: each dead credential is tried where it would be used, and the refusal is recorded."
      actions={<PlaceLock />}
    >
      <Frame label="Locks">
        <Loaded query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon={LockOpen} title="Nothing was ever locked">
                <p>A lock can also be placed on an identity’s page, or with muniment lock.</p>
              </Empty>
            ) : (
              <DataTable
                caption="Locks"
                columns={COLUMNS}
                rows={standingFirst(items)}
                rowKey={({ id }) => id}
                rowLink={({ id }) => ({ to: '/locks/$id', params: { id } })}
              />
            )
          }
        </Loaded>
      </Frame>
    </Page>
  );
}
