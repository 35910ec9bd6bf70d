import { Link } from '@tanstack/react-router';
import { ArrowRight, CircleCheck, TriangleAlert } from 'lucide-react';
import type { Overview } from '../../api/types.ts';
import { Empty } from '../../components/Empty.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatNumber, visible } from '../../lib/format.ts';

/** What waits for a person. The server says what and where; only paths of this console become links. */
export function Attention({ items }: { items: Overview['attention'] }) {
  const waiting = items.filter(({ count }) => count > 0);
  return (
    <Panel title="Needs a person" padded={false}>
      {waiting.length === 0 ? (
        <Empty icon={CircleCheck} title="Nothing waits for a person">
          <p>Alerts, approvals, findings that fall due and partial sweeps appear here.</p>
        </Empty>
      ) : (
        <ul className="attention">
          {waiting.map(({ severity, what, link, count }) => (
            <li key={what}>
              <Link to={link}>
                <span className={`attention-count attention-${severity}`}>
                  {severity === 'high' && <TriangleAlert size={12} aria-hidden />}
                  {formatNumber(count)}
                </span>
                <span className="attention-what clamp">
                  {severity === 'high' && <span className="sr-only">Urgent: </span>}
                  {visible(what)}
                </span>
                <ArrowRight size={14} aria-hidden />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
