import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { startRotation } from '../../api/actions.ts';
import { rotationPlanQuery } from '../../api/queries.ts';
import type { RotationPlan } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { visible, words } from '../../lib/format.ts';
import '../../components/lines.css';

/** Shows what a run would do before it is started. */
export function Start({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="primary" icon={RefreshCw} onClick={() => setOpen(true)}>
        Rotate now
      </Button>
      {open && <StartDialog id={id} onClose={() => setOpen(false)} />}
    </>
  );
}

function StartDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const queryClient = useQueryClient();
  const plan = useQuery(rotationPlanQuery(id));
  const start = useMutation({
    mutationFn: () => startRotation(id, true),
    onSuccess: async () => {
      await queryClient.invalidateQueries();
      onClose();
    },
  });
  return (
    <Dialog title="Rotate now" onClose={onClose}>
      <Loaded query={plan}>{(data) => <Steps plan={data} />}</Loaded>
      {start.isError && <ProblemNotice error={start.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          icon={RefreshCw}
          busy={start.isPending}
          disabled={plan.data === undefined}
          onClick={() => start.mutate()}
        >
          Start it
        </Button>
      </div>
    </Dialog>
  );
}

const Steps = ({ plan }: { plan: RotationPlan }) => (
  <>
    <p className="second">
      Each phase is an entry of its own. Until the new secret is seen in use, the old one stays in force.
    </p>
    <ol className="lines">
      {plan.steps.map(({ phase, what }) => (
        <li key={phase} className="block">
          <strong>{words(phase)}</strong>
          <span className="second wrap-any">{visible(what)}</span>
        </li>
      ))}
    </ol>
  </>
);
