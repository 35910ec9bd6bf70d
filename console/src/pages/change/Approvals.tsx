import type { Change } from '../../api/types.ts';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { visible } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import '../../components/lines.css';

/** Who proposed it and who signed it, each with the entry that says so. */
export function Approvals({ change: { proposer, proposed, approvals, applied, entry } }: { change: Change }) {
  return (
    <Panel title="History">
      <ol className="lines">
        <Event who={visible(nameOf(proposer))} did="proposed it" time={proposed} entry={entry} />
        {approvals.map((approval) => (
          <Event
            key={approval.entry}
            who={visible(nameOf(approval.approver))}
            did="signed it"
            time={approval.time}
            entry={approval.entry}
          />
        ))}
        {applied && (
          <li>
            <span className="grow">Applied, exactly as signed</span>
            <Time value={applied} />
          </li>
        )}
      </ol>
    </Panel>
  );
}

const Event = ({ who, did, time, entry }: { who: string; did: string; time: string; entry: number }) => (
  <li>
    <span className="grow">
      <strong className="name">{who}</strong>
      <span className="second">
        {did} <Time value={time} />
      </span>
    </span>
    <EntryLink index={entry} />
  </li>
);
