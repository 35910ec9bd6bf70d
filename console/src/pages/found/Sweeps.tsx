import { useQuery } from '@tanstack/react-query';
import { sweepsQuery } from '../../api/queries.ts';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { SweepBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { plural, visible } from '../../lib/format.ts';
import '../../components/lines.css';
import { useWhen } from '../../lib/when.ts';

type Place = { what: string; why: string };

/** The latest sweep of each source, and what it could not read: an absence below is only worth as much as this. */
export function Sweeps() {
  const query = useQuery(sweepsQuery(useWhen()));
  return (
    <Loaded query={query} skeleton={<Skeleton lines={2} label="Loading the sweeps" />}>
      {({ items }) =>
        items.length > 0 && (
          <Panel title="Latest sweeps">
            <ul className="lines">
              {items.map((sweep) => (
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
