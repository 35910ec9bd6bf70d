import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, Hand } from 'lucide-react';
import { useState } from 'react';
import { ALERT_OUTCOMES } from '../../../../verifier/src/words/entries.ts';
import { acknowledgeAlert, resolveAlert } from '../../api/actions.ts';
import type { AlertOutcome } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { ReasonDialog } from '../../components/ReasonDialog.tsx';
import { words } from '../../lib/format.ts';

export function Acknowledge({ id }: { id: string }) {
  const queryClient = useQueryClient();
  const take = useMutation({
    mutationFn: () => acknowledgeAlert(id),
    onSuccess: () => queryClient.invalidateQueries(),
  });
  return (
    <>
      {take.isError && <ProblemNotice error={take.error} />}
      <Button icon={Hand} busy={take.isPending} onClick={() => take.mutate()}>
        Take in hand
      </Button>
    </>
  );
}

export function Resolve({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const resolve = useMutation({
    mutationFn: ({ outcome, reason }: { outcome: AlertOutcome; reason: string }) =>
      resolveAlert(id, outcome, reason),
    onSuccess: async () => {
      setOpen(false);
      await queryClient.invalidateQueries();
    },
  });
  return (
    <>
      <Button look="primary" icon={CircleCheck} onClick={() => setOpen(true)}>
        Resolve
      </Button>
      {open && (
        <ReasonDialog
          title="Resolve this alert"
          says="Say what it was. The alert stays in the ledger with what you say."
          action="Resolve it"
          icon={CircleCheck}
          working={resolve}
          onReason={(reason, form) =>
            resolve.mutate({ outcome: form.get('outcome') as AlertOutcome, reason })
          }
          onClose={() => setOpen(false)}
        >
          <OutcomeField />
        </ReasonDialog>
      )}
    </>
  );
}

const OutcomeField = () => (
  <Field label="It was">
    {(id) => (
      <select id={id} name="outcome" className="input" required>
        {ALERT_OUTCOMES.map((outcome) => (
          <option key={outcome} value={outcome}>
            {words(outcome)}
          </option>
        ))}
      </select>
    )}
  </Field>
);
