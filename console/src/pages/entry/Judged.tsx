import { Link } from '@tanstack/react-router';
import type { EntryData } from '../../../../verifier/src/words/entries.ts';
import type { Entry, Verdict } from '../../api/types.ts';
import { Panel } from '../../components/Panel.tsx';
import { VERDICTS } from '../../components/status.tsx';
import { VerdictChange } from '../../components/VerdictChange.tsx';
import { formatTime, plural } from '../../lib/format.ts';
import '../../components/lines.css';

type Told = EntryData['controls.judged'];

function toldIn(body: string | null): Told | undefined {
  if (body === null) return undefined;
  try {
    return (JSON.parse(body) as { data: Told }).data;
  } catch {
    return undefined;
  }
}

const ORDER = Object.keys(VERDICTS) as Verdict[];

/** `31 pass, 4 fail`: only what there is. */
function countsOf(verdicts: Told['verdicts']): string {
  const all = Object.values(verdicts);
  return ORDER.map((each) => ({ each, count: all.filter((verdict) => verdict === each).length }))
    .filter(({ count }) => count > 0)
    .map(({ each, count }) => `${count} ${VERDICTS[each].word.toLowerCase()}`)
    .join(', ');
}

/** An entry of `controls.judged`: the verdicts that are others than the time before, and how all of them stand. */
export function Judged({ entry }: { entry: Entry }) {
  const told = toldIn(entry.body);
  if (entry.kind !== 'controls.judged' || told === undefined) return null;
  return (
    <Panel
      title="Verdicts that changed"
      aside={<span className="aside">{plural(told.changed.length, 'control')}</span>}
    >
      <p className="second judged-lead">
        Judged from {formatTime(told.from)} up to {formatTime(told.to)}, over the first {told.size} entries:{' '}
        {countsOf(told.verdicts)}.
      </p>
      <ul className="lines">
        {told.changed.map(({ control, before, verdict }) => (
          <li key={control}>
            <span className="grow">
              <Link to="/evidence/$control" params={{ control }} search={{ from: told.from, to: told.to }}>
                <code>{control}</code>
              </Link>
            </span>
            <VerdictChange before={before} verdict={verdict} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
