import { Scale } from 'lucide-react';
import type { Policy } from '../../api/types.ts';
import { Code } from '../../components/Code.tsx';
import { Copy } from '../../components/Copy.tsx';
import { Empty } from '../../components/Empty.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Panel } from '../../components/Panel.tsx';
import { plural, visible } from '../../lib/format.ts';
import '../../components/lines.css';

/** The policies that can apply to it; deny wins, and no rule means no. */
export function Policies({ policies }: { policies: Policy[] }) {
  return (
    <Panel
      title="Policies that can apply"
      aside={<span className="aside">{plural(policies.length, 'policy', 'policies')}</span>}
    >
      {policies.length === 0 ? (
        <Empty icon={Scale} title="No policy can apply">
          <p>No rule means no: nothing is issued until a change declares a Policy.</p>
        </Empty>
      ) : (
        <ul className="lines">
          {policies.map((policy) => (
            <li key={policy.id} className="block">
              <details>
                <summary>
                  <strong>{visible(policy.name)}</strong>{' '}
                  <span className="second">{visible(policy.description)}</span>
                </summary>

                <Code label={`Cedar text of ${policy.name}`}>{policy.cedar}</Code>
              </details>
              <p className="row second">
                Version <Copy value={policy.version} label="policy version" />{' '}
                <EntryLink index={policy.entry} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
