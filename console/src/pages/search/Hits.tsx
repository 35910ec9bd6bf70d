import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { visible } from '../../lib/format.ts';
import '../../components/lines.css';

interface Props<Item> {
  title: string;
  query: UseQueryResult<unknown>;
  items: Item[] | undefined;
  /** The way to the rest, where there are more. */
  more?: ReactNode;
  /** Said instead of the problem, where a refusal only means that there is no such thing. */
  refused?: string;
  children: (item: Item) => ReactNode;
}

/** What one of the house's lists has for a search. A list that could not be searched says so: no hit is not the same. */
export function Hits<Item>({ title, query, items, more, refused, children }: Props<Item>) {
  return (
    <Panel title={title} aside={more}>
      {query.isError && refused === undefined && <ProblemNotice error={query.error} />}
      {items === undefined && !query.isError && <Skeleton lines={2} label={`Searching ${title}`} />}
      {items?.length === 0 && <p className="muted">{refused ?? 'Nothing fits.'}</p>}
      {items !== undefined && items.length > 0 && <ul className="lines">{items.map(children)}</ul>}
    </Panel>
  );
}

/** One thing that fits. */
export const Hit = ({ says, badge, children }: { says: string; badge?: ReactNode; children: ReactNode }) => (
  <li>
    <span className="grow">
      <span className="name">{children}</span>
      <span className="second name">{visible(says)}</span>
    </span>
    {badge}
  </li>
);
