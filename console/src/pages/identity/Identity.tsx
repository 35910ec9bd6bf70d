import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Lock as LockIcon } from 'lucide-react';
import { identityQuery } from '../../api/queries.ts';
import type { IdentityDetail } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { IdentityStateBadge } from '../../components/status.tsx';
import { Tabs } from '../../components/Tabs.tsx';
import { visible } from '../../lib/format.ts';
import { PlaceLock } from '../locks/PlaceLock.tsx';
import { Accept } from './Accept.tsx';
import { Credentials } from './Credentials.tsx';
import { Decisions } from './Decisions.tsx';
import { Standing } from './Standing.tsx';
import { Timeline } from './Timeline.tsx';
import './identity.css';
import { useWhen } from '../../lib/when.ts';

const route = getRouteApi('/house/identities/$id');

const TABS = [
  { key: 'standing', label: 'What stands' },
  { key: 'credentials', label: 'Credentials' },
  { key: 'decisions', label: 'Decisions' },
  { key: 'timeline', label: 'Timeline' },
];

export function Identity() {
  const { id } = route.useParams();
  const query = useQuery(identityQuery(id, useWhen()));
  const identity = query.data;
  return (
    <Page
      title={identity ? visible(identity.name) : 'Identity'}
      within={<Link to="/identities">Identities</Link>}
      lead={identity && visible(identity.purpose)}
      badges={identity && <Badges identity={identity} />}
      actions={
        identity && (
          <>
            <Accept identity={identity} />
            <PlaceLock target={{ kind: 'identity', id: identity.id, name: identity.name }} />
          </>
        )
      }
    >
      <Loaded query={query}>{(data) => <Parts identity={data} />}</Loaded>
    </Page>
  );
}

const Badges = ({ identity }: { identity: IdentityDetail }) => (
  <>
    <IdentityStateBadge value={identity.state} />
    {identity.locked && (
      <Badge tone="fail" icon={LockIcon}>
        Locked
      </Badge>
    )}
  </>
);

function Parts({ identity }: { identity: IdentityDetail }) {
  const { tab = 'standing', cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const part = {
    id: identity.id,
    cursor,
    onMove: (to: string | undefined) => void navigate({ search: { tab, cursor: to } }),
  };
  return (
    <>
      {identity.bootstrap && (
        <Notice tone="warn">
          Declared in the bootstrap: until a second approver was enrolled, one person could both ask and
          approve.
        </Notice>
      )}
      <Tabs label="Parts of this identity" tabs={TABS} current={tab} />
      {tab === 'standing' && <Standing identity={identity} />}
      {tab === 'credentials' && <Credentials {...part} />}
      {tab === 'decisions' && <Decisions {...part} />}
      {tab === 'timeline' && <Timeline {...part} />}
    </>
  );
}
