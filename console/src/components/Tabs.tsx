import { Link } from '@tanstack/react-router';
import { formatNumber } from '../lib/format.ts';
import './tabs.css';

export interface Tab {
  key: string;
  label: string;
  count?: number | undefined;
}

/** Parts of one page. They are links: each part has an address of its own. */
export function Tabs({ label, tabs, current }: { label: string; tabs: Tab[]; current: string }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link
          key={tab.key}
          to="."
          search={{ tab: tab.key } as never}
          className="tab"
          replace
          aria-current={tab.key === current ? 'page' : undefined}
        >
          {tab.label}
          {tab.count !== undefined && <span className="tab-count">{formatNumber(tab.count)}</span>}
        </Link>
      ))}
    </nav>
  );
}
