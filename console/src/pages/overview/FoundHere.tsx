import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Radar } from 'lucide-react';
import { sweepHost } from '../../api/actions.ts';
import type { Overview } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Empty } from '../../components/Empty.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { SweepBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { formatNumber, plural, visible, words } from '../../lib/format.ts';

type Found = Overview['found'];

/** The last sweep of this host: how complete it was, what it could not read, and what it saw. */
export function FoundHere({ found: { sweep, byClass } }: { found: Found }) {
  return (
    <Panel
      title="Found on this host"
      padded={false}
      aside={sweep ? <SweepBadge value={sweep.verdict} /> : null}
    >
      {sweep === null ? (
        <Empty icon={Radar} title="This host was not swept yet">
          <p>A sweep lists its users, keys, services and rights, and says what it could not read.</p>
        </Empty>
      ) : (
        <>
          <p className="found-lead">
            {plural(sweep.items, 'item')}, swept <Time value={sweep.when} />
          </p>
          <Classes byClass={byClass} />
          <Denied denied={sweep.denied} />
        </>
      )}
      <SweepNow />
    </Panel>
  );
}

function Classes({ byClass }: { byClass: Found['byClass'] }) {
  return (
    <ul className="classes">
      {Object.entries(byClass).map(([name, count]) => (
        <li key={name}>
          <Link to="/found" search={{ class: name }}>
            {words(name)}
            <span>{formatNumber(count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Denied({ denied }: { denied: Array<{ what: string; why: string }> }) {
  if (denied.length === 0) return null;
  return (
    <details className="denied">
      <summary>{plural(denied.length, 'place')} could not be read</summary>
      <ul>
        {denied.map(({ what, why }) => (
          <li key={what}>
            <code>{visible(what)}</code>
            <span className="muted">{visible(why)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function SweepNow() {
  const queryClient = useQueryClient();
  const sweep = useMutation({ mutationFn: sweepHost, onSuccess: () => queryClient.invalidateQueries() });
  return (
    <div className="found-foot">
      {sweep.isError && <ProblemNotice error={sweep.error} />}
      <Button icon={Radar} busy={sweep.isPending} onClick={() => sweep.mutate()}>
        {sweep.isPending ? 'Sweeping' : 'Sweep now'}
      </Button>
    </div>
  );
}
