import type { ReactNode } from 'react';
import './panel.css';

interface Props {
  title: string;
  /** What stands right of the title: a count, a link, a button. */
  aside?: ReactNode;
  /** False for a table that goes to the panel's edges. */
  padded?: boolean;
  children: ReactNode;
}

/** A panel without a heading of its own, for a page's one list. */
export const Frame = ({ label, children }: { label: string; children: ReactNode }) => (
  <section className="panel" aria-label={label}>
    {children}
  </section>
);

export function Panel({ title, aside, padded = true, children }: Props) {
  return (
    <section className="panel" aria-label={title}>
      <header className="panel-head">
        <h2>{title}</h2>
        {aside}
      </header>
      <div className={padded ? 'panel-body' : 'panel-flush'}>{children}</div>
    </section>
  );
}
