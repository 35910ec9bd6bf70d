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
