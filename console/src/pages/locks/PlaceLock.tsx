import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Lock as LockIcon } from 'lucide-react';
import { useState } from 'react';
import { placeLock } from '../../api/actions.ts';
import type { LockTargetKind } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { ReasonDialog } from '../../components/ReasonDialog.tsx';
import { shorten, visible } from '../../lib/format.ts';
import { TargetFields } from './TargetFields.tsx';

interface Target {
  kind: LockTargetKind;
  id: string;
  name: string;
}

const NAME_SHOWN_CHARACTERS = 60;
const SAYS =
  'Everything it asks for is refused from now on, and every credential it holds is dead for good. ' +
  'Lifting the lock allows new ones; it revives none.';

/** Locks the target given, or one that the dialog asks for. */
export function PlaceLock({ target }: { target?: Target }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="danger" icon={LockIcon} onClick={() => setOpen(true)}>
        {target ? 'Lock' : 'Place a lock'}
      </Button>
      {open && <LockDialog {...(target && { target })} onClose={() => setOpen(false)} />}
    </>
  );
}

const targetIn = (form: FormData) => ({
  kind: String(form.get('kind')) as LockTargetKind,
  id: String(form.get('target')).trim(),
});

function LockDialog({ target, onClose }: { target?: Target; onClose: () => void }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const place = useMutation({
    mutationFn: ({ at, reason }: { at: Pick<Target, 'kind' | 'id'>; reason: string }) =>
      placeLock(at, reason),
    onSuccess: async ({ lock }) => {
      await queryClient.invalidateQueries();
      await navigate({ to: '/locks/$id', params: { id: lock } });
    },
  });
  const title = target
    ? `Lock ${target.kind} ${visible(shorten(target.name, NAME_SHOWN_CHARACTERS, 0))}`
    : 'Place a lock';
  return (
    <ReasonDialog
      title={title}
      says={SAYS}
      action="Lock now"
      icon={LockIcon}
      working={place}
      onReason={(reason, form) => {
        const at = target ? { kind: target.kind, id: target.id } : targetIn(form);
        place.mutate({ at, reason });
      }}
      onClose={onClose}
    >
      {!target && <TargetFields />}
    </ReasonDialog>
  );
}
