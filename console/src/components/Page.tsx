import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTitle } from '../lib/title.ts';
import './page.css';

interface Props {
  title: string;
  /** The list that this thing stands in: a link. */
  within?: ReactNode;
  /** States beside the title. */
  badges?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** Heading, what it is about, what can be done, and then the content. */
export function Page({ title, within, badges, lead, actions, children }: Props) {
  useTitle(title);
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-titles">
          {within && (
            <nav className="page-within" aria-label="Breadcrumb">
              {within}
              <ChevronRight size={13} aria-hidden />
            </nav>
          )}
          <div className="page-title">
            <h1 className="name" title={title}>
              {title}
            </h1>
            {badges}
          </div>
          {lead && <p className="page-lead">{lead}</p>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
