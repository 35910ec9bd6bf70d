import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import {
  BellRing,
  Boxes,
  CalendarClock,
  CircleHelp,
  FileCheck,
  Fingerprint,
  GitCompareArrows,
  GitPullRequestArrow,
  LayoutDashboard,
  Lock,
  type LucideIcon,
  Radar,
  RefreshCw,
  ScanSearch,
  ScrollText,
  Siren,
  UserRoundCog,
  Users,
} from 'lucide-react';
import { changesQuery } from '../api/queries.ts';
import { Mark } from './Mark.tsx';
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
  { to: '/people', label: 'People', icon: Users },
  { to: '/changes', label: 'Changes', icon: GitPullRequestArrow },
  { to: '/drift', label: 'Drift', icon: GitCompareArrows },
  { to: '/locks', label: 'Locks', icon: Lock },
  { to: '/break-glass', label: 'Break-glass', icon: Siren },
  { to: '/alerts', label: 'Alerts', icon: BellRing },
  { to: '/rotations', label: 'Rotations', icon: RefreshCw },
  { to: '/findings', label: 'Findings', icon: CalendarClock },
  { to: '/sources', label: 'Sources', icon: Radar },
  { to: '/found', label: 'Inventory', icon: Boxes },
  { to: '/unregistered', label: 'Unregistered', icon: CircleHelp },
  { to: '/evidence', label: 'Evidence', icon: FileCheck },
  { to: '/control-owners', label: 'Control owners', icon: UserRoundCog },
  { to: '/check', label: 'Check a credential', icon: ScanSearch },
  { to: '/ledger', label: 'Ledger', icon: ScrollText },
];

/** The house's name, the way to every page, the theme, and who is signed in: beside the page, or in the drawer. */
export const Navigation = () => (
  <>
    <Link to="/" className="brand">
      <Mark /> Muniment
    </Link>
    <Pages />
    <div className="sidebar-foot">
      <ThemeSwitch />
      <Who />
    </div>
  </>
);

function Pages() {
  const waiting = useQuery(changesQuery({ state: 'proposed' })).data?.items.length ?? 0;
  return (
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
  );
}
