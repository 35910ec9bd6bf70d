import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import {
  CalendarClock,
  Fingerprint,
  GitPullRequestArrow,
  LayoutDashboard,
  Lock,
  type LucideIcon,
  Radar,
  ScrollText,
} from 'lucide-react';
import { changesQuery } from '../api/queries.ts';
import { Mark } from './Mark.tsx';
import { MomentButton } from './Moment.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';
import { Who } from './Who.tsx';

interface Item {
  to: NonNullable<LinkProps['to']>;
  label: string;
  icon: LucideIcon;
  exact?: boolean;
}

const ITEMS: Item[] = [
  { to: '/', label: 'Overview', icon: LayoutDashboard, exact: true },
  { to: '/identities', label: 'Identities', icon: Fingerprint },
  { to: '/changes', label: 'Changes', icon: GitPullRequestArrow },
  { to: '/locks', label: 'Locks', icon: Lock },
  { to: '/findings', label: 'Findings', icon: CalendarClock },
  { to: '/found', label: 'Found', icon: Radar },
  { to: '/ledger', label: 'Ledger', icon: ScrollText },
];

export function Sidebar() {
  const waiting = useQuery(changesQuery({ state: 'proposed' })).data?.items.length ?? 0;
  return (
    <header className="sidebar">
      <Link to="/" className="brand">
        <Mark /> Muniment
      </Link>
      <nav aria-label="Main" className="nav">
        {ITEMS.map(({ to, label, icon: Icon, exact = false }) => (
          <Link
            key={label}
            to={to}
            className="nav-link"
            activeOptions={{ exact, includeSearch: false }}
            activeProps={{ className: 'active' }}
          >
            <Icon size={16} strokeWidth={1.9} aria-hidden />
            {label}
            {label === 'Changes' && waiting > 0 && (
              <span className="nav-count">
                {waiting}
                <span className="sr-only"> waiting</span>
              </span>
            )}
          </Link>
        ))}
      </nav>
      <div className="sidebar-foot">
        <MomentButton />
        <ThemeSwitch />
        <Who />
      </div>
    </header>
  );
}
