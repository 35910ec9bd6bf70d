import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { MomentBanner } from './Moment.tsx';
import { Navigation } from './Navigation.tsx';
import { Topbar } from './Topbar.tsx';
import './shell.css';

/** The frame of every page: a link past the navigation, the navigation, what every page can do, the page. */
export function Shell() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(true);
  // A page change without a page load says nothing to a screen reader, so focus goes to the new page.
  useEffect(() => {
    if (first.current) first.current = false;
    else if (pathname !== '') main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <aside className="sidebar" aria-label="Navigation">
        <Navigation />
      </aside>
      <div className="shell-side">
        <Topbar />
        <main id="main" ref={main} tabIndex={-1} className="shell-main">
          <MomentBanner />
          <Outlet />
        </main>
      </div>
    </div>
  );
}
