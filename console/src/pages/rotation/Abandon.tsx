import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { abandonRotation } from '../../api/actions.ts';
import { Button } from '../../components/Button.tsx';
import { ReasonDialog } from '../../components/ReasonDialog.tsx';

export function Abandon({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const abandon = useMutation({
    mutationFn: (reason: string) => abandonRotation(id, reason),
    onSuccess: async () => {
      setOpen(false);
      await queryClient.invalidateQueries();
    },
  });
  return (
    <>
      <Button look="danger" icon={Undo2} onClick={() => setOpen(true)}>
        Abandon
      </Button>
      {open && (
        <ReasonDialog
          title="Abandon this run"
          says="The old secret is in force again and the new one is removed. Once the old one was removed, this is refused."
          action="Abandon it"
          icon={Undo2}
          working={abandon}
          onReason={(reason) => abandon.mutate(reason)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
