import { Link } from '@tanstack/react-router';
import type { BreakGlassKey } from '../../api/types.ts';
import type { Column } from '../../components/DataTable.tsx';
import { Time } from '../../components/Time.tsx';
import { visible } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { KeyBadge, keyState } from './state.tsx';

const Used = ({ used }: Pick<BreakGlassKey, 'used'>) =>
  used === null ? (
    <span className="muted">never</span>
  ) : (
    <Link to="/changes/$id" params={{ id: used.change }}>
      <Time value={used.time} />
    </Link>
  );

const Said = ({ used }: Pick<BreakGlassKey, 'used'>) =>
  used?.reviewed ? (
    <span className="name" title={used.reviewed.note}>
      {visible(`${nameOf(used.reviewed.by)}: ${used.reviewed.note}`)}
    </span>
  ) : (
    <span className="muted">nothing yet</span>
  );

export const COLUMNS: Array<Column<BreakGlassKey>> = [
  {
    header: 'Holder',
    cell: ({ person }) => (
      <span className="name" title={nameOf(person)}>
        {visible(nameOf(person))}
      </span>
    ),
    width: '18%',
    text: ({ person }) => nameOf(person),
  },
  {
    header: 'Key',
    cell: ({ key }) => (
      <code className="name" title={key}>
        {key}
      </code>
    ),
    width: '16%',
    text: ({ key }) => key,
  },
  { header: 'State', cell: (key) => <KeyBadge value={keyState(key)} />, width: '15%', text: keyState },
  {
    header: 'Good until',
    cell: ({ until }) =>
      until === null ? <span className="muted">not laid away</span> : <Time value={until} exact />,
    width: '19%',
    text: ({ until }) => until ?? '',
  },
  {
    header: 'Used',
    cell: ({ used }) => <Used used={used} />,
    width: '11%',
    text: ({ used }) => used?.time ?? '',
  },
  {
    header: 'Review',
    cell: ({ used }) => <Said used={used} />,
    text: ({ used }) => used?.reviewed?.note ?? '',
  },
];
