import { Lock } from 'lucide-react';
import type { Identity } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { OwnerName } from '../../components/OwnerName.tsx';
import { IdentityStateBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { formatNumber, visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';

export const COLUMNS: Array<Column<Identity>> = [
  {
    header: 'Name',
    cell: ({ name }) => (
      <span className="name" title={name}>
        {visible(name)}
      </span>
    ),
    width: '21%',
    text: ({ name }) => name,
  },
  { header: 'Kind', cell: ({ kind }) => words(kind), width: '12%', text: ({ kind }) => kind },
  {
    header: 'Application',
    cell: ({ application }) => <span className="name">{visible(nameOf(application))}</span>,
    width: '13%',
    text: ({ application }) => nameOf(application),
  },
  {
    header: 'Owner',
    cell: ({ owner }) => <OwnerName owner={owner} />,
    width: '14%',
    text: ({ owner }) => nameOf(owner),
  },
  {
    header: 'Environment',
    cell: ({ environment }) => words(environment),
    width: '11%',
    text: ({ environment }) => environment,
  },
  {
    header: 'State',
    cell: ({ state, locked }) =>
      locked ? (
        <Badge tone="fail" icon={Lock}>
          Locked
        </Badge>
      ) : (
        <IdentityStateBadge value={state} />
      ),
    width: '12%',
    text: ({ state, locked }) => (locked ? 'locked' : state),
  },
  {
    header: 'Live',
    cell: ({ liveCredentials }) => formatNumber(liveCredentials),
    width: '6%',
    numeric: true,
    text: ({ liveCredentials }) => String(liveCredentials),
  },
  {
    header: 'Last grant',
    cell: ({ lastGrant }) => <Time value={lastGrant} />,
    numeric: true,
    text: ({ lastGrant }) => lastGrant ?? '',
  },
];
