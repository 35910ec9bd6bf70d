import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Radar } from 'lucide-react';
import { sweepsQuery } from '../../api/queries.ts';
import type { Overview, Sweep } from '../../api/types.ts';
import { Empty } from '../../components/Empty.tsx';
import { Panel } from '../../components/Panel.tsx';
import { SweepBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { formatNumber, plural, visible, words } from '../../lib/format.ts';
import { useWhen } from '../../lib/when.ts';

const SOURCES_SHOWN = 6;
const WORST: Array<Sweep['verdict']> = ['FAILED', 'PARTIAL', 'COMPLETE'];

interface Told {
  source: string;
  verdict: Sweep['verdict'];
  /** When the oldest of its partitions was last looked at. */
  since: string;
  unread: number;
}

/** A source is worth what the worst and the oldest of its partitions are. */
function toldOf(source: string, sweeps: Sweep[]): Told {
  return {
    source,
    verdict: WORST.find((each) => sweeps.some(({ verdict }) => verdict === each)) ?? 'FAILED',
    since: sweeps.map(({ ended }) => ended).sort()[0] ?? '',
    unread: sweeps.reduce((sum, { denied, errors }) => sum + denied.length + errors.length, 0),
  };
}

const worstFirst = (a: Told, b: Told): number =>
  WORST.indexOf(a.verdict) - WORST.indexOf(b.verdict) || a.source.localeCompare(b.source);

/** What all sources told of, and how complete each was read. */
export function FoundSoFar({ byClass }: { byClass: Overview['found']['byClass'] }) {
  const sweeps = useQuery(sweepsQuery(useWhen())).data?.items ?? [];
  const sources = [...Map.groupBy(sweeps, ({ source }) => source)]
    .map(([source, members]) => toldOf(source, members))
    .sort(worstFirst);
  return (
    <Panel
      title="Found so far"
      padded={false}
      aside={
        <span className="aside">
          <Link to="/sources">Sources</Link>
        </span>
      }
    >
      {sources.length === 0 ? (
        <Empty icon={Radar} title="Nothing was swept yet">
          <p>A sweep lists identities, keys, rights and trusts, and says what it could not read.</p>
        </Empty>
      ) : (
        <>
          <Classes byClass={byClass} />
          <Completeness sources={sources} />
        </>
      )}
    </Panel>
  );
}

const Classes = ({ byClass }: { byClass: Overview['found']['byClass'] }) => (
  <ul className="classes">
    {Object.entries(byClass).map(([name, count]) => (
      <li key={name}>
        <Link to="/found" search={{ class: name }}>
          {words(name)}
          <span>{formatNumber(count)}</span>
        </Link>
      </li>
    ))}
  </ul>
);

const Completeness = ({ sources }: { sources: Told[] }) => (
  <ul className="lines found-sources">
    {sources.slice(0, SOURCES_SHOWN).map(({ source, verdict, since, unread }) => (
      <li key={source}>
        <span className="grow">
          <Link to="/sources/$source" params={{ source }} className="name">
            {visible(source)}
          </Link>
          <span className="second">
            <Time value={since} />
            {unread > 0 && `; ${plural(unread, 'place')} not read`}
          </span>
        </span>
        <SweepBadge value={verdict} />
      </li>
    ))}
    {sources.length > SOURCES_SHOWN && (
      <li className="second">and {plural(sources.length - SOURCES_SHOWN, 'more source')}</li>
    )}
  </ul>
);
