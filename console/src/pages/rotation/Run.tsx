import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleDashed, RefreshCw } from 'lucide-react';
import { ROTATION_PHASES } from '../../../../verifier/src/words/rotation.ts';
import type { RotationPhase, RotationRun } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { Copy } from '../../components/Copy.tsx';
import { Empty } from '../../components/Empty.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { visible, words } from '../../lib/format.ts';
import '../../components/lines.css';

const STALLS: Record<NonNullable<RotationRun['stalled']>['cause'], string> = {
  'consumer-not-seen':
    'The consumer was not seen with the new secret, so the old one stays: move the consumer.',
  'target-failing': 'The target does not answer, or refuses what is needed.',
  'old-accepted': 'The old secret was removed, yet it is still accepted: look at the target now.',
};

/** The run under way, or else the last one: an entry for each phase that it went through. */
export function Run({ run }: { run: RotationRun | null }) {
  return (
    <Panel title={run === null || run.ended !== null ? 'Last run' : 'Run under way'}>
      {run === null ? (
        <Empty icon={RefreshCw} title="It was not rotated yet">
          <p>It starts by itself when it is due; an operator may start it now.</p>
        </Empty>
      ) : (
        <div className="stack">
          <Stalled run={run} />
          <Secrets run={run} />
          <Phases run={run} />
        </div>
      )}
    </Panel>
  );
}

function Stalled({ run: { stalled } }: { run: RotationRun }) {
  if (stalled === null) return null;
  return (
    <Notice tone="warn">
      <p className="notice-title">{STALLS[stalled.cause]}</p>
      <p className="prose">{visible(stalled.detail)}</p>
      <p>
        It waits for a person since <Time value={stalled.time} />: <Link to="/findings">see the finding</Link>
        .
      </p>
    </Notice>
  );
}

const Secrets = ({ run }: { run: RotationRun }) => (
  <Facts>
    <Fact term="Old">
      <Copy value={run.old} label="fingerprint of the old secret" />
    </Fact>
    <Fact term="New">{run.new && <Copy value={run.new} label="fingerprint of the new secret" />}</Fact>
    <Fact term="Started by">{run.cause === 'schedule' ? 'its schedule' : 'a person'}</Fact>
    <Fact term="Ended">
      {run.ended && (
        <>
          {run.outcome}, <Time value={run.ended} exact />
        </>
      )}
    </Fact>
  </Facts>
);

/** Phases that were gone through, and those that a completed run still has before it. */
function Phases({ run }: { run: RotationRun }) {
  const gone = new Set<RotationPhase>(run.phases.map(({ phase }) => phase));
  const ahead = run.ended === null ? ROTATION_PHASES.filter((phase) => !gone.has(phase)) : [];
  return (
    <ol className="lines">
      {run.phases.map(({ phase, time, detail, entry }) => (
        <li key={`${phase} ${entry}`}>
          <Badge tone="pass" icon={CircleCheck}>
            {words(phase)}
          </Badge>
          <span className="grow second wrap-any">{visible(detail)}</span>
          <Time value={time} exact />
          <EntryLink index={entry} />
        </li>
      ))}
      {ahead.map((phase) => (
        <li key={phase}>
          <Badge tone="calm" icon={CircleDashed}>
            {words(phase)}
          </Badge>
          <span className="muted">not yet</span>
        </li>
      ))}
    </ol>
  );
}
