import type { CredentialCheck } from '../../api/types.ts';
import { Panel } from '../../components/Panel.tsx';
import { CredentialBadge } from '../../components/status.tsx';
import { visible } from '../../lib/format.ts';

/** Whether what was shown fits the grant that it names, and whether it counts now. */
export const Issued = ({ answer }: { answer: CredentialCheck }) => (
  <Panel
    title={answer.known ? 'It was issued here' : 'It was not issued here'}
    aside={<CredentialBadge value={answer.state} />}
  >
    <p className="prose">Now: {visible(answer.why)}.</p>
  </Panel>
);
