import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { changeQuery } from '../../api/queries.ts';
import type { Change as Data } from '../../api/types.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { ChangeStateBadge } from '../../components/status.tsx';
import { visible } from '../../lib/format.ts';
import { useWhen } from '../../lib/when.ts';
import { Approvals } from './Approvals.tsx';
import { Digest } from './Digest.tsx';
import { PlanView } from './PlanView.tsx';
import { Steps } from './Steps.tsx';
import './change.css';

const route = getRouteApi('/house/changes/$id');

export function Change() {
  const { id } = route.useParams();
  const query = useQuery(changeQuery(id, useWhen()));
  const change = query.data;
  return (
    <Page
      title={change ? visible(change.title) : 'Change'}
      within={<Link to="/changes">Changes</Link>}
      lead={change && visible(change.reason)}
      badges={change && <ChangeStateBadge value={change.state} />}
    >
      <Loaded query={query}>{(data) => <Content change={data} />}</Loaded>
    </Page>
  );
}

function Content({ change }: { change: Data }) {
  return (
    <div className="columns">
      <div className="stack">
        {!change.current && change.state === 'proposed' && (
          <Notice tone="warn">
            What this plan rests on has moved since it was proposed. It can no longer be applied: propose it
            again.
          </Notice>
        )}
        <PlanView plan={change.plan} names={change.names} />
      </div>
      <div className="stack">
        <Steps change={change} />
        <Approvals change={change} />
        <Digest change={change} />
      </div>
    </div>
  );
}
