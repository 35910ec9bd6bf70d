import { Link } from '@tanstack/react-router';
import { CircleCheck, Clock, TriangleAlert } from 'lucide-react';
import type { Finding } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { OwnerName } from '../../components/OwnerName.tsx';
import { Time } from '../../components/Time.tsx';
import { visible } from '../../lib/format.ts';
import { linkOf } from '../../lib/links.ts';
import { nameOf } from '../../lib/names.ts';

export type FindingState = 'open' | 'overdue' | 'closed';

export function stateOf({ closed, due }: Finding): FindingState {
  if (closed !== null) return 'closed';
  return Date.parse(due) < Date.now() ? 'overdue' : 'open';
}

const LOOKS = {
  closed: { tone: 'calm', icon: CircleCheck, word: 'Closed' },
  overdue: { tone: 'fail', icon: TriangleAlert, word: 'Overdue' },
  open: { tone: 'warn', icon: Clock, word: 'Open' },
} as const;

function State({ finding }: { finding: Finding }) {
  const { tone, icon, word } = LOOKS[stateOf(finding)];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}

function Subject({ subject }: { subject: Finding['subject'] }) {
  const link = linkOf(subject.id);
  const name = <span className="name">{visible(nameOf(subject))}</span>;
  return link ? <Link {...link}>{name}</Link> : name;
}

export const COLUMNS: Array<Column<Finding>> = [
  {
    header: 'Finding',
    cell: ({ title }) => (
      <span className="clamp" title={title}>
        {visible(title)}
      </span>
    ),
    width: '30%',
    text: ({ title }) => title,
  },
  { header: 'State', cell: (finding) => <State finding={finding} />, width: '10%', text: stateOf },
  {
    header: 'About',
    cell: ({ subject }) => <Subject subject={subject} />,
    width: '14%',
    text: ({ subject }) => nameOf(subject),
  },
  {
    header: 'Owner',
    cell: ({ owner }) => (owner ? <OwnerName owner={owner} /> : <span className="muted">nobody’s</span>),
    width: '13%',
    text: ({ owner }) => (owner ? nameOf(owner) : ''),
  },
  {
    header: 'Due',
    cell: ({ due }) => <Time value={due} />,
    numeric: true,
    width: '9%',
    text: ({ due }) => due,
  },
  {
    header: 'Opened',
    cell: ({ opened }) => <Time value={opened} />,
    numeric: true,
    width: '9%',
    text: ({ opened }) => opened,
  },
  {
    header: 'Closed because',
    cell: ({ closed, reason }) =>
      closed === null ? (
        <span className="muted">not closed</span>
      ) : (
        <span className="name" title={reason ?? ''}>
          {visible(reason ?? 'no reason given')}
        </span>
      ),
    text: ({ reason }) => reason ?? '',
  },
];
