import { Fragment, type ReactNode } from 'react';
import './facts.css';

/** Terms and their values, in two columns. An undefined value leaves its row out. */
export function Facts({ items }: { items: Array<[term: string, value: ReactNode]> }) {
  return (
    <dl className="facts">
      {items
        .filter(([, value]) => value !== undefined)
        .map(([term, value]) => (
          <Fragment key={term}>
            <dt>{term}</dt>
            <dd>{value ?? <span className="muted">none</span>}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
