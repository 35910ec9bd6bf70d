import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LockOpen } from 'lucide-react';
import { useState } from 'react';
import { liftLock } from '../../api/actions.ts';
import { Button } from '../../components/Button.tsx';
import { ReasonDialog } from '../../components/ReasonDialog.tsx';

export function LiftLock({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const lift = useMutation({
    mutationFn: (reason: string) => liftLock(id, reason),
    onSuccess: async () => {
      setOpen(false);
      await queryClient.invalidateQueries();
    },
  });
  return (
    <>
      <Button icon={LockOpen} onClick={() => setOpen(true)}>
        Lift
      </Button>
      {open && (
        <ReasonDialog
          title="Lift this lock"
          says="New credentials can be granted again. The ones that the lock killed stay dead."
          action="Lift the lock"
          icon={LockOpen}
          working={lift}
          onReason={(reason) => lift.mutate(reason)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
