import { CircleCheck, CircleX } from 'lucide-react';
import type { Change } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { Copy } from '../../components/Copy.tsx';
import { Panel } from '../../components/Panel.tsx';
import { digestOf } from './digest.ts';

/** What is signed. The browser computes it from the plan on this page, so that the page cannot show one plan and ask for another. */
export function Digest({ change }: { change: Change }) {
  const holds = digestOf(change.plan) === change.planDigest;
  return (
    <Panel
      title="Digest of the plan"
      aside={
        holds ? (
          <Badge tone="pass" icon={CircleCheck}>
            Matches
          </Badge>
        ) : (
          <Badge tone="fail" icon={CircleX}>
            Does not match
          </Badge>
        )
      }
    >
      <div className="digest">
        <Copy value={change.planDigest} label="digest" whole />
        <p className="muted">
          {holds
            ? 'Computed in this browser from the plan shown here. A signature covers exactly this.'
            : 'The plan shown here has another digest than the server names. Do not sign it; tell your administrator.'}
        </p>
      </div>
    </Panel>
  );
}
