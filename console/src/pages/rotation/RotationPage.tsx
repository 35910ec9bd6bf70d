import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { rotationsQuery } from '../../api/queries.ts';
import type { Rotation } from '../../api/types.ts';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { plural, visible } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { StageBadge } from '../rotations/stage.tsx';
import { Abandon } from './Abandon.tsx';
import { Run } from './Run.tsx';
import { Start } from './Start.tsx';

const route = getRouteApi('/house/rotations/$id');

/** One rotation: what is renewed and when, and each phase of its run with the fingerprints of both secrets. */
export function RotationPage() {
  const { id } = route.useParams();
  const query = useQuery(rotationsQuery(useWhen()));
  const rotation = query.data?.items.find((each) => each.id === id || each.name === id);
  const running = rotation?.run !== null && rotation?.run.ended === null;
  return (
    <Page
      title={rotation ? visible(rotation.name) : 'Rotation'}
      within={<Link to="/rotations">Rotations</Link>}
      badges={rotation && <StageBadge rotation={rotation} />}
      lead={rotation && visible(rotation.target)}
      actions={rotation && (running ? <Abandon id={rotation.id} /> : <Start id={rotation.id} />)}
    >
      <Loaded query={query}>{() => (rotation ? <Content rotation={rotation} /> : <NoSuch />)}</Loaded>
    </Page>
  );
}

const NoSuch = () => (
  <Notice tone="warn">
    <p>
      No rotation has this id or name at this moment. <Link to="/rotations">See all rotations</Link>.
    </p>
  </Notice>
);

const Content = ({ rotation }: { rotation: Rotation }) => (
  <div className="columns">
    <Run run={rotation.run} />
    <Panel title="What is declared">
      <Facts>
        <Fact term="Identity">
          <Link to="/identities/$id" params={{ id: rotation.identity.id }}>
            {visible(nameOf(rotation.identity))}
          </Link>
        </Fact>
        <Fact term="Rotator">
          <code>{rotation.rotator}</code>
        </Fact>
        <Fact term="Every">{plural(rotation.intervalDays, 'day')}</Fact>
        <Fact term="Grace">
          {plural(rotation.graceHours, 'hour')} with both in force, before a person is asked
        </Fact>
        <Fact term="Notice">{plural(rotation.noticeDays, 'day')} before</Fact>
        <Fact term="Due">
          <Time value={rotation.due} exact />
        </Fact>
        <Fact term="Last">{rotation.rotated && <Time value={rotation.rotated} exact />}</Fact>
        <Fact term="Record">
          <EntryLink index={rotation.entry} />
        </Fact>
      </Facts>
    </Panel>
  </div>
);
