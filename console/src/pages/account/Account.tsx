import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { sessionQuery } from '../../api/queries.ts';
import type { Self } from '../../api/types.ts';
import { Copy } from '../../components/Copy.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { visible } from '../../lib/format.ts';
import { AddPasskey } from './AddPasskey.tsx';
import '../../components/lines.css';

export function Account() {
  const query = useQuery(sessionQuery);
  return (
    <Page title="Your account" lead="Who you are here, and the keys that sign for you.">
      <Loaded query={query}>
        {({ person, ends }) =>
          person && (
            <div className="columns">
              <div className="stack">
                <Keys keys={person.keys} />
                <AddPasskey />
              </div>
              <Panel title="About">
                <Facts>
                  <Fact term="Name">{visible(person.name ?? person.id)}</Fact>
                  <Fact term="Shown as">{person.displayName && visible(person.displayName)}</Fact>
                  <Fact term="Roles">{person.roles.join(', ')}</Fact>
                  <Fact term="Session ends">
                    <Time value={ends} />
                  </Fact>
                  <Fact term="Id">
                    <Copy value={person.id} label="id" />
                  </Fact>
                </Facts>
              </Panel>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

const Keys = ({ keys }: { keys: Self['keys'] }) => (
  <Panel title="Approval keys">
    {keys.length === 0 ? (
      <Empty icon={KeyRound} title="You have no approval key">
        <p>Without one you can propose, but not approve. Add a passkey below.</p>
      </Empty>
    ) : (
      <ul className="lines">
        {keys.map(({ id, type }) => (
          <li key={id}>
            <KeyRound size={15} aria-hidden />
            <span className="grow">{type === 'passkey' ? 'Passkey' : 'Key file (Ed25519)'}</span>
            <Copy value={id} label="key id" />
          </li>
        ))}
      </ul>
    )}
  </Panel>
);
