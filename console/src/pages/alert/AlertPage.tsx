import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { alertQuery } from '../../api/queries.ts';
import type { Alert } from '../../api/types.ts';
import { Copy } from '../../components/Copy.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { AlertBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { Acknowledge, Resolve } from './Handle.tsx';
import '../../components/lines.css';

const route = getRouteApi('/house/alerts/$id');

/** One alert: what was expected, what was seen, the entries that show it, and what was done about it. */
export function AlertPage() {
  const { id } = route.useParams();
  const query = useQuery(alertQuery(id));
  const alert = query.data;
  return (
    <Page
      title={alert ? words(alert.detector) : 'Alert'}
      within={<Link to="/alerts">Alerts</Link>}
      badges={alert && <AlertBadge value={alert.state} />}
      lead={alert && visible(alert.seen)}
      actions={
        alert && (
          <>
            {alert.state === 'open' && <Acknowledge id={alert.id} />}
            {alert.state !== 'resolved' && <Resolve id={alert.id} />}
          </>
        )
      }
    >
      <Loaded query={query}>
        {(data) => (
          <div className="columns">
            <div className="stack">
              <Story alert={data} />
              <Shown entries={data.entries} />
            </div>
            <About alert={data} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

const Story = ({ alert }: { alert: Alert }) => (
  <Panel title="What happened">
    <Facts>
      <Fact term="Expected">{visible(alert.expected)}</Fact>
      <Fact term="Seen">{visible(alert.seen)}</Fact>
      <Fact term="Taken in hand">
        {alert.acknowledged && (
          <>
            {visible(nameOf(alert.acknowledged.by))}, <Time value={alert.acknowledged.time} exact />
          </>
        )}
      </Fact>
      <Fact term="Resolved">
        {alert.resolved && (
          <>
            {words(alert.resolved.outcome)}, by {visible(nameOf(alert.resolved.by))},{' '}
            <Time value={alert.resolved.time} exact />: {visible(alert.resolved.reason)}
          </>
        )}
      </Fact>
    </Facts>
  </Panel>
);

const Shown = ({ entries }: { entries: number[] }) => (
  <Panel title="Entries that show it">
    {entries.length === 0 ? (
      <p className="muted">None: it was told by a source outside of this house.</p>
    ) : (
      <ul className="lines">
        {entries.map((index) => (
          <li key={index}>
            <EntryLink index={index} />
          </li>
        ))}
      </ul>
    )}
  </Panel>
);

const About = ({ alert }: { alert: Alert }) => (
  <Panel title="About">
    <Facts>
      <Fact term="Identity">
        {alert.identity && (
          <Link to="/identities/$id" params={{ id: alert.identity.id }}>
            {visible(nameOf(alert.identity))}
          </Link>
        )}
      </Fact>
      <Fact term="Owner">{alert.owner && visible(nameOf(alert.owner))}</Fact>
      <Fact term="Watched">
        <Copy value={alert.about} label="id of what the detector watches" />
      </Fact>
      <Fact term="Instance">{alert.instance && visible(alert.instance)}</Fact>
      <Fact term="Raised">
        <Time value={alert.raised} exact />
      </Fact>
      <Fact term="Record">
        <EntryLink index={alert.entry} />
      </Fact>
    </Facts>
  </Panel>
);
