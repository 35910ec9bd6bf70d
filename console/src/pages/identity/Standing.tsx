import { Link } from '@tanstack/react-router';
import type { IdentityDetail } from '../../api/types.ts';
import { Copy } from '../../components/Copy.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Panel } from '../../components/Panel.tsx';
import { LockBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { Policies } from './Policies.tsx';
import { Trusts } from './Trusts.tsx';
import '../../components/lines.css';

/** Who answers for it, who approved it, by what it proves itself, and what it is allowed. */
export function Standing({ identity }: { identity: IdentityDetail }) {
  return (
    <div className="columns">
      <div className="stack">
        <Approvals approvals={identity.approvals} />
        <Trusts trusts={identity.trusts} />
        <Policies policies={identity.policies} />
      </div>
      <div className="stack">
        <About identity={identity} />
        <Locks locks={identity.locks} />
      </div>
    </div>
  );
}

const person = (ref: IdentityDetail['owner']) => (
  <>
    {visible(nameOf(ref))}
    {ref.status === 'left' && <span className="left"> · has left</span>}
  </>
);

const About = ({ identity }: { identity: IdentityDetail }) => (
  <Panel title="About">
    <Facts>
      <Fact term="Owner">{person(identity.owner)}</Fact>
      <Fact term="Deputy">{identity.deputy && person(identity.deputy)}</Fact>
      <Fact term="Accepted">
        <Time value={identity.ownerAccepted} />
      </Fact>
      <Fact term="Application">{visible(nameOf(identity.application))}</Fact>
      <Fact term="Kind">{words(identity.kind)}</Fact>
      <Fact term="Environment">{words(identity.environment)}</Fact>
      <Fact term="Profile">{visible(nameOf(identity.profile))}</Fact>
      <Fact term="SPIFFE ID">
        <Copy value={identity.spiffeId} label="SPIFFE ID" whole />
      </Fact>
      <Fact term="Id">
        <Copy value={identity.id} label="id" />
      </Fact>
      <Fact term="Declared">
        <EntryLink index={identity.entry} />
      </Fact>
    </Facts>
  </Panel>
);

const Approvals = ({ approvals }: { approvals: IdentityDetail['approvals'] }) => (
  <Panel title="Approved by">
    {approvals.length === 0 ? (
      <p className="muted">No signed approval stands behind what is declared now.</p>
    ) : (
      <ul className="lines">
        {approvals.map(({ approver, change, time, entry }) => (
          <li key={entry}>
            <span className="grow">
              <strong className="name">{visible(nameOf(approver))}</strong>
              <span className="second">
                signed{' '}
                <Link to="/changes/$id" params={{ id: change.id }}>
                  {visible(nameOf(change))}
                </Link>
              </span>
            </span>
            <Time value={time} />
            <EntryLink index={entry} />
          </li>
        ))}
      </ul>
    )}
  </Panel>
);

const Locks = ({ locks }: { locks: IdentityDetail['locks'] }) =>
  locks.length > 0 && (
    <Panel title="Locks">
      <ul className="lines">
        {locks.map(({ id, reason, lifted, placed }) => (
          <li key={id}>
            <span className="grow">
              <Link to="/locks/$id" params={{ id }} className="wrap-any">
                {visible(reason)}
              </Link>
              <span className="second">
                placed <Time value={placed} />
              </span>
            </span>
            <LockBadge lifted={lifted !== null} />
          </li>
        ))}
      </ul>
    </Panel>
  );
