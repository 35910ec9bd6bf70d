import type { Control } from '../../api/types.ts';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { VerdictChange } from '../../components/VerdictChange.tsx';
import { plural } from '../../lib/format.ts';

/** When the verdict changed, newest first; each change is an entry of the ledger. */
export function History({ changes }: { changes: NonNullable<Control['history']> }) {
  return (
    <Panel
      title="Verdicts on record"
      aside={<span className="aside">{plural(changes.length, 'change')}</span>}
    >
      {changes.length === 0 ? (
        <p className="muted">No verdict is on record yet: one is written when the server next judges.</p>
      ) : (
        <ul className="lines">
          {changes.map(({ entry, time, before, verdict }) => (
            <li key={entry}>
              <span className="grow">
                <VerdictChange before={before} verdict={verdict} />
                <span className="second">
                  {before === null ? 'first judged ' : ''}
                  <Time value={time} exact />
                </span>
              </span>
              <EntryLink index={entry} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
