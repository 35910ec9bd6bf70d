import type { Sweep } from '../../api/types.ts';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Panel } from '../../components/Panel.tsx';
import { SweepBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { formatNumber, formatSeconds, plural, visible } from '../../lib/format.ts';
import '../../components/lines.css';
import '../../components/table.css';
import './sources.css';

const SECOND_MS = 1000;

/** More faults than this stay folded: hundreds of them would bury the partitions below. */
const FAULTS_OPEN_MAX = 10;

function skew({ clock }: Sweep): string {
  if (clock === null) return 'the source shows none';
  const seconds = Math.round((Date.parse(clock.provider) - Date.parse(clock.ours)) / SECOND_MS);
  if (seconds === 0) return 'as ours, to the second';
  return `${formatSeconds(Math.abs(seconds))} ${seconds < 0 ? 'behind' : 'ahead of'} ours`;
}

/** The completeness record of one partition: what was declared, what was read, and what was not. */
export const Completeness = ({ sweep }: { sweep: Sweep }) => (
  <Panel title={visible(sweep.partition)} aside={<SweepBadge value={sweep.verdict} />}>
    <div className="stack">
      <p className="second wrap-any told">{visible(sweep.why)}</p>
      <Facts>
        <Fact term="Swept">
          <Time value={sweep.ended} exact />
        </Fact>
        <Fact term="Read">
          {plural(sweep.calls, 'call')}, {plural(sweep.pages, 'page')}, {plural(sweep.items, 'item')}
        </Fact>
        <Fact term="The source counts">
          {sweep.providerCount === null ? 'no count for every listing' : formatNumber(sweep.providerCount)}
        </Fact>
        <Fact term="Its clock">{skew(sweep)}</Fact>
        <Fact term="Record">
          <EntryLink index={sweep.entry} />
        </Fact>
      </Facts>
      {sweep.listings.length > 0 && <Listings sweep={sweep} />}
      <Faults title="Not allowed" faults={sweep.denied} />
      <Faults title="Failed" faults={sweep.errors} />
    </div>
  </Panel>
);

const Listings = ({ sweep: { listings, partition } }: { sweep: Sweep }) => (
  <details className="completeness">
    <summary>{plural(listings.length, 'listing')}</summary>
    <table className="table" aria-label={`Listings of ${visible(partition)}`}>
      <thead>
        <tr>
          {['Listing', 'Whole', 'Items', 'Source counts', 'Things', 'Pages'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {listings.map(({ listing, whole, endSeen, items, providerCount, observations, pages }) => (
          <tr key={listing}>
            <td>{visible(listing)}</td>
            <td className={whole ? undefined : 'short'}>
              {whole ? 'yes' : endSeen ? 'no' : 'no: not to its end'}
            </td>
            <td>{formatNumber(items)}</td>
            <td>{providerCount === null ? 'no count' : formatNumber(providerCount)}</td>
            <td>{formatNumber(observations)}</td>
            <td>{formatNumber(pages)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
);

function Faults({ title, faults }: { title: string; faults: Sweep['denied'] }) {
  if (faults.length === 0) return null;
  return (
    <details open={faults.length <= FAULTS_OPEN_MAX}>
      <summary className="short">
        {title}: {plural(faults.length, 'range')}
      </summary>
      <ul className="lines">
        {faults.map(({ what, why }) => (
          <li key={`${what} ${why}`} className="block">
            <code className="wrap-any">{visible(what)}</code>
            <span className="second wrap-any">{visible(why)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
