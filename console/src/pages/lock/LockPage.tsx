import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lockQuery } from '../../api/queries.ts';
import type { LockDetail } from '../../api/types.ts';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { LockBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { visible } from '../../lib/format.ts';
import { linkOf } from '../../lib/links.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { LiftLock } from './LiftLock.tsx';
import { Probes } from './Probes.tsx';

const route = getRouteApi('/house/locks/$id');
const PROBES_REFRESH_MS = 2_000;

const nameOfTarget = ({ target }: LockDetail): string => visible(target.name ?? target.id);

export function LockPage() {
  const { id } = route.useParams();
  const query = useQuery({
    ...lockQuery(id, useWhen()),
    // Agents probe within seconds of a lock; the page then shows what they report without a reload.
    refetchInterval: ({ state }) => (state.data?.lifted === null ? PROBES_REFRESH_MS : false),
  });
  const lock = query.data;
  return (
    <Page
      title={lock ? `Lock on ${lock.target.kind} ${nameOfTarget(lock)}` : 'Lock'}
      within={<Link to="/locks">Locks</Link>}
      lead={lock && visible(lock.reason)}
      badges={lock && <LockBadge lifted={lock.lifted !== null} />}
      actions={lock?.lifted === null && <LiftLock id={lock.id} />}
    >
      <Loaded query={query}>
        {(data) => (
          <div className="columns">
            <Probes records={data.probes} />
            <About lock={data} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function About({ lock }: { lock: LockDetail }) {
  const link = linkOf(lock.target.id);
  return (
    <Panel title="About">
      <Facts>
        <Fact term="Target">{link ? <Link {...link}>{nameOfTarget(lock)}</Link> : nameOfTarget(lock)}</Fact>
        <Fact term="Placed by">{visible(nameOf(lock.actor))}</Fact>
        <Fact term="Placed">
          <Time value={lock.placed} exact />
        </Fact>
        <Fact term="Lifted">
          {lock.lifted === null ? 'not lifted' : <Time key="l" value={lock.lifted} exact />}
        </Fact>
        <Fact term="Record">
          <EntryLink index={lock.entry} />
        </Fact>
      </Facts>
    </Panel>
  );
}
