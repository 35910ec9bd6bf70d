import { getRouteApi, Link } from '@tanstack/react-router';
import { ShieldQuestion } from 'lucide-react';
import type { Overview, Verdict } from '../../api/types.ts';
import { Empty } from '../../components/Empty.tsx';
import { Panel } from '../../components/Panel.tsx';
import { VERDICTS, VerdictBadge } from '../../components/status.tsx';
import { formatNumber, plural, visible } from '../../lib/format.ts';

const route = getRouteApi('/house/');
const ORDER = Object.keys(VERDICTS) as Verdict[];

const isVerdict = (text: string | undefined): text is Verdict => text !== undefined && text in VERDICTS;

/** What is listed where no verdict is chosen: the rest is a count, and one click away. */
const WANTING: Verdict[] = ['FAIL', 'NOT_EVALUABLE'];

/** Controls by verdict. A verdict chosen in the address narrows the list to what stands behind its count. */
export function Controls({ controls }: { controls: Overview['controls'] }) {
  const { verdict } = route.useSearch();
  const chosen = isVerdict(verdict) ? verdict : undefined;
  const wanted = chosen === undefined ? WANTING : [chosen];
  const shown = wanted.flatMap((each) => controls.items.filter((item) => item.verdict === each));
  return (
    <Panel
      title="Controls"
      padded={false}
      aside={<span className="aside">{plural(controls.items.length, 'control')}</span>}
    >
      <nav className="verdicts" aria-label="Controls by verdict">
        {ORDER.map((each) => (
          <VerdictTile
            key={each}
            verdict={each}
            count={controls.counts[each] ?? 0}
            chosen={chosen === each}
          />
        ))}
      </nav>
      {shown.length > 0 && <ControlList items={shown} />}
      {controls.items.length === 0 || (chosen && shown.length === 0) ? (
        <NoControls chosen={chosen} />
      ) : (
        <Rest count={controls.items.length - shown.length} chosen={chosen} />
      )}
    </Panel>
  );
}

function VerdictTile({ verdict, count, chosen }: { verdict: Verdict; count: number; chosen: boolean }) {
  const { icon: Icon, tone, word, means } = VERDICTS[verdict];
  return (
    <Link
      to="/"
      search={chosen ? {} : { verdict }}
      replace
      resetScroll={false}
      className={`verdict verdict-${tone}`}
      aria-current={chosen ? 'true' : undefined}
      title={means}
    >
      <span className="verdict-count">{formatNumber(count)}</span>
      <span className="verdict-word">
        <Icon size={14} strokeWidth={2.25} aria-hidden />
        {word}
      </span>
    </Link>
  );
}

function ControlList({ items }: { items: Overview['controls']['items'] }) {
  return (
    <ul className="controls">
      {items.map(({ id, title, verdict, why }) => (
        <li key={id}>
          <code>{id}</code>
          <div className="control-text">
            <p className="control-title">
              <Link to="/evidence/$control" params={{ control: id }}>
                {title}
              </Link>
            </p>
            <p className="muted clamp" title={why}>
              {visible(why)}
            </p>
          </div>
          <VerdictBadge value={verdict} />
        </li>
      ))}
    </ul>
  );
}

/** How many controls are not in the list. */
const Rest = ({ count, chosen }: { count: number; chosen: Verdict | undefined }) =>
  count > 0 && (
    <p className="controls-rest">
      {chosen === undefined
        ? `${plural(count, 'control')} pass or had nothing to judge.`
        : `${plural(count, 'control')} with another verdict.`}{' '}
      <Link to="/evidence">See all</Link>
    </p>
  );

function NoControls({ chosen }: { chosen: Verdict | undefined }) {
  return chosen ? (
    <Empty icon={VERDICTS[chosen].icon} title={`No control is “${VERDICTS[chosen].word}”`}>
      <Link to="/" search={{}} replace resetScroll={false}>
        Show what does not pass
      </Link>
    </Empty>
  ) : (
    <Empty icon={ShieldQuestion} title="No control was evaluated">
      <p>The server answers with no controls; its log says why.</p>
    </Empty>
  );
}
