import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Handshake } from 'lucide-react';
import { acceptIdentity } from '../../api/actions.ts';
import { sessionQuery } from '../../api/queries.ts';
import type { IdentityDetail } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';

/** Only the owner is asked: they say again that the identity is theirs. */
export function Accept({ identity: { id, owner } }: { identity: IdentityDetail }) {
  const queryClient = useQueryClient();
  const me = useQuery(sessionQuery).data?.person;
  const accept = useMutation({
    mutationFn: () => acceptIdentity(id),
    onSuccess: () => queryClient.invalidateQueries(),
  });
  if (me?.id !== owner.id) return null;
  return (
    <>
      {accept.isError && <ProblemNotice error={accept.error} />}
      <Button icon={Handshake} busy={accept.isPending} onClick={() => accept.mutate()}>
        It is still mine
      </Button>
    </>
  );
}
