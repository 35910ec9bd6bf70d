import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { History } from 'lucide-react';
import { identityTimelineQuery } from '../../api/queries.ts';
import type { EntrySummary } from '../../api/types.ts';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Pager } from '../../components/Pager.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { formatNumber, visible, words } from '../../lib/format.ts';
import { named } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import type { PartProps } from './part.ts';

export function Timeline({ id, cursor, onMove }: PartProps) {
  const query = useQuery(identityTimelineQuery(id, useWhen(), cursor));
  return (
    <Panel
      title="Timeline"
      padded={false}
      aside={<span className="aside">Ledger entries about it, newest first</span>}
    >
      <Loaded query={query}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty icon={History} title="No entry is about it">
              <p>Its declaration would be the first.</p>
            </Empty>
          ) : (
            <>
              <ol className="timeline">
                {items.map((entry) => (
                  <Moment key={entry.index} entry={entry} />
                ))}
              </ol>
              <Pager
                shown={items.length}
                noun="entry"
                nouns="entries"
                cursor={cursor}
                next={next}
                onMove={onMove}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

const Moment = ({ entry: { index, kind, time, actor, names } }: { entry: EntrySummary }) => (
  <li>
    <span className="timeline-dot" aria-hidden />
    <span className="timeline-what">
      <Link to="/ledger/$index" params={{ index: String(index) }}>
        {words(kind)}
      </Link>
      <span className="second"> by {visible(named(actor, names) || 'the control plane')}</span>
    </span>
    <span className="muted">#{formatNumber(index)}</span>
    <Time value={time} exact />
  </li>
);
