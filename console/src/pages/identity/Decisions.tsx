import { useQuery } from '@tanstack/react-query';
import { Gavel } from 'lucide-react';
import { identityDecisionsQuery } from '../../api/queries.ts';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Pager } from '../../components/Pager.tsx';
import { Panel } from '../../components/Panel.tsx';
import { useWhen } from '../../lib/when.ts';
import { DecisionItem } from './DecisionItem.tsx';
import type { PartProps } from './part.ts';

/** Grants and refusals alike: what was asked, what was attested, and which rule of which version decided. */
export function Decisions({ id, cursor, onMove }: PartProps) {
  const query = useQuery(identityDecisionsQuery(id, useWhen(), cursor));
  return (
    <Panel
      title="Decisions"
      padded={false}
      aside={<span className="aside">Grants and refusals, newest first</span>}
    >
      <Loaded query={query}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty icon={Gavel} title="Nothing was decided about it yet">
              <p>Each request that reaches a decision appears here, refusals too.</p>
            </Empty>
          ) : (
            <>
              <ul className="decisions">
                {items.map((decision) => (
                  <DecisionItem key={decision.entry} decision={decision} />
                ))}
              </ul>
              <Pager shown={items.length} noun="decision" cursor={cursor} next={next} onMove={onMove} />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
