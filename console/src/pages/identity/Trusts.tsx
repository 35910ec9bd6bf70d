import { UserRoundCheck } from 'lucide-react';
import type { Trust } from '../../api/types.ts';
import { Empty } from '../../components/Empty.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Panel } from '../../components/Panel.tsx';
import { visible } from '../../lib/format.ts';
import '../../components/lines.css';

const METHODS: Record<Trust['method'], string> = {
  unix: 'A process on a host, as the agent sees it',
  token: 'A one-time join token',
  'private-key-jwt': 'A key of its own, at the OAuth door (private_key_jwt)',
  'jwt-svid': 'A JWT-SVID, at the OAuth door',
};

/** How something may prove that it is this identity. */
export function Trusts({ trusts }: { trusts: Trust[] }) {
  return (
    <Panel title="Proves itself by">
      {trusts.length === 0 ? (
        <Empty icon={UserRoundCheck} title="Nothing can prove that it is this identity">
          <p>Propose a change that declares a Trust for it; until then nothing is issued.</p>
        </Empty>
      ) : (
        <ul className="lines">
          {trusts.map((trust) => (
            <li key={trust.id}>
              <span className="grow">
                <strong className="name">{visible(trust.name)}</strong>
                <span className="second">{METHODS[trust.method]}</span>
                <Conditions where={trust.where} agents={trust.agents} />
              </span>
              <EntryLink index={trust.entry} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Conditions({ where, agents }: Pick<Trust, 'where' | 'agents'>) {
  const conditions = Object.entries(where);
  return (
    <ul className="chips">
      {conditions.map(([fact, value]) => (
        <li key={fact}>
          <code>
            {fact} = {visible(Array.isArray(value) ? value.join(' or ') : String(value))}
          </code>
        </li>
      ))}
      <li>
        <code>{agents === null ? 'any joined agent' : `agent = ${visible(agents.join(' or '))}`}</code>
      </li>
    </ul>
  );
}
