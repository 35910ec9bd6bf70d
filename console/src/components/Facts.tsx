import type { ReactNode } from 'react';
import './facts.css';

/** Terms and their values, in two columns. */
export const Facts = ({ children }: { children: ReactNode }) => <dl className="facts">{children}</dl>;

export const Fact = ({ term, children }: { term: string; children: ReactNode }) => (
  <>
    <dt>{term}</dt>
    <dd>{children ?? <span className="muted">none</span>}</dd>
  </>
);
