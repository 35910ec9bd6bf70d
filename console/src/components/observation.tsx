import { Link } from '@tanstack/react-router';
import type { Observation } from '../api/types.ts';
import { visible, words } from '../lib/format.ts';
import { nameOf } from '../lib/names.ts';
import type { Column } from './DataTable.tsx';
import { Time } from './Time.tsx';
import './observation.css';

const attributesOf = ({ attributes }: Observation): string =>
  Object.entries(attributes)
    .filter(([name, value]) => value !== null && value !== '' && name !== 'holder')
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : value}`)
    .join(' · ');

export const labelOf = ({ label, key }: Observation): string => label ?? key;

const What = ({ row }: { row: Observation }) => (
  <>
    <span className="name" title={labelOf(row)}>
      {visible(labelOf(row))}
    </span>
    <span className="name observed" title={attributesOf(row)}>
      {visible(attributesOf(row))}
    </span>
  </>
);

const BelongsTo = ({ identity }: { identity: Observation['identity'] }) =>
  identity ? (
    <Link to="/identities/$id" params={{ id: identity.id }} className="name">
      {visible(nameOf(identity))}
    </Link>
  ) : (
    <span className="muted">nobody said</span>
  );

/** What sweeps saw, as every list of it shows it. */
export const OBSERVED: Array<Column<Observation>> = [
  { header: 'What', cell: (row) => <What row={row} />, width: '36%', text: labelOf },
  { header: 'Class', cell: (row) => words(row.class), width: '10%', text: (row) => row.class },
  {
    header: 'Source',
    cell: ({ source }) => <span className="name">{source}</span>,
    width: '12%',
    text: ({ source }) => source,
  },
  {
    header: 'There now',
    cell: ({ present }) => (present ? 'Yes' : 'Gone'),
    width: '9%',
    text: ({ present }) => (present ? 'yes' : 'gone'),
  },
  {
    header: 'Belongs to',
    cell: (row) => <BelongsTo identity={row.identity} />,
    width: '12%',
    text: ({ identity }) => (identity ? nameOf(identity) : ''),
  },
  {
    header: 'First seen',
    cell: ({ firstSeen }) => <Time value={firstSeen} />,
    numeric: true,
    text: ({ firstSeen }) => firstSeen,
  },
  {
    header: 'Changed',
    cell: ({ lastChanged }) => <Time value={lastChanged} />,
    numeric: true,
    text: ({ lastChanged }) => lastChanged,
  },
];
