import { Link } from '@tanstack/react-router';
import { ArrowRight, CircleCheck, CircleHelp } from 'lucide-react';
import type { Overview, PostureLine } from '../../api/types.ts';
import { Panel } from '../../components/Panel.tsx';
import { formatNumber, visible, words } from '../../lib/format.ts';

/** The five questions that every auditor asks first. Each answer leads to the list behind it, and says what to do next. */
export const Answers = ({ posture }: { posture: Overview['posture'] }) => (
  <Panel
    title="Five questions"
    padded={false}
    aside={<span className="aside">Over what was swept and what is declared</span>}
  >
    <ul className="answers">
      {posture.map((line) => (
        <li key={line.finding}>
          <Answer line={line} />
        </li>
      ))}
    </ul>
  </Panel>
);

function Answer({ line }: { line: PostureLine }) {
  const { finding, question, count, why, next } = line;
  return (
    <Link to="/posture/$finding" params={{ finding }} className="answer">
      <Count count={count} whole={line.whole} />
      <span className="answer-text">
        <strong>{words(finding)}</strong>
        <span className="second">{question}</span>
        <Parts line={line} />
        <span className="muted clamp">{visible(why)}</span>
      </span>
      <span className="answer-next">
        <ArrowRight size={14} aria-hidden />
        <span className="clamp">{visible(next)}</span>
      </span>
    </Link>
  );
}

/** Where there may be more than could be read, the number is a lower bound. */
function Count({ count, whole }: { count: number | null; whole: boolean }) {
  if (count === null)
    return (
      <span className="answer-count answer-unknown">
        <CircleHelp size={15} aria-hidden /> Not evaluable
      </span>
    );
  return (
    <span className={`answer-count ${count === 0 && whole ? 'answer-none' : ''}`}>
      {count === 0 && whole && <CircleCheck size={15} aria-hidden />}
      {whole ? formatNumber(count) : `≥ ${formatNumber(count)}`}
    </span>
  );
}

const Parts = ({ line: { parts } }: { line: PostureLine }) =>
  parts.length > 0 && (
    <span className="answer-parts">
      {parts.map(({ part, count }) => `${visible(part)} ${formatNumber(count)}`).join(' · ')}
    </span>
  );
