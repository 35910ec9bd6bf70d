import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { withdrawChange } from '../../api/actions.ts';
import { Button } from '../../components/Button.tsx';
import { ReasonDialog } from '../../components/ReasonDialog.tsx';

export function Withdraw({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const withdrawal = useMutation({
    mutationFn: (reason: string) => withdrawChange(id, reason),
    onSuccess: async () => {
      setOpen(false);
      await queryClient.invalidateQueries();
    },
  });
  return (
    <>
      <Button look="quiet" icon={Undo2} onClick={() => setOpen(true)}>
        Withdraw
      </Button>
      {open && (
        <ReasonDialog
          title="Withdraw this change"
          says="It closes without being applied. What was signed stays in the ledger."
          action="Withdraw"
          icon={Undo2}
          working={withdrawal}
          onReason={(reason) => withdrawal.mutate(reason)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
