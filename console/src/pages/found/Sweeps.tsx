import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { sweepsQuery } from '../../api/queries.ts';
import type { Sweep } from '../../api/types.ts';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { SweepBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { plural, visible } from '../../lib/format.ts';
import '../../components/lines.css';
import { useWhen } from '../../lib/when.ts';

/** Partitions; an estate may have hundreds, and each is told on the page of its source. */
const SHOWN = 5;
const WORST = ['FAILED', 'PARTIAL', 'COMPLETE'];

const worstFirst = (a: Sweep, b: Sweep): number =>
  WORST.indexOf(a.verdict) - WORST.indexOf(b.verdict) ||
  a.source.localeCompare(b.source) ||
  a.partition.localeCompare(b.partition);

type Place = { what: string; why: string };

/** The latest sweep of each partition, the worst first, and what it could not read: an absence below is only worth as much as this. */
export function Sweeps() {
  const query = useQuery(sweepsQuery(useWhen()));
  return (
    <Loaded query={query} skeleton={<Skeleton lines={2} label="Loading the sweeps" />}>
      {({ items }) =>
        items.length > 0 && (
          <Panel title="Latest sweeps">
            <ul className="lines">
              {[...items]
                .sort(worstFirst)
                .slice(0, SHOWN)
                .map((sweep) => (
                  <li key={sweep.sweep + sweep.partition} className="sweep">
                    <SweepBadge value={sweep.verdict} />
                    <span className="grow">
                      <strong className="name">{visible(`${sweep.source} · ${sweep.partition}`)}</strong>
                      <span className="second wrap-any">
                        {plural(sweep.items, 'item')}. {visible(sweep.why)}
                      </span>
                      <Places places={[...sweep.denied, ...sweep.errors]} />
                    </span>
                    <Time value={sweep.ended} />
                    <EntryLink index={sweep.entry} />
                  </li>
                ))}
              {items.length > SHOWN && (
                <li>
                  <Link to="/sources">and {plural(items.length - SHOWN, 'more partition')}</Link>
                </li>
              )}
            </ul>
          </Panel>
        )
      }
    </Loaded>
  );
}

function Places({ places }: { places: Place[] }) {
  if (places.length === 0) return null;
  return (
    <details>
      <summary>{plural(places.length, 'place')} could not be read</summary>
      <ul className="places">
        {places.map(({ what, why }) => (
          <li key={what}>
            <code>{visible(what)}</code> <span className="second">{visible(why)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
