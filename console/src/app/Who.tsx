import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { CircleUserRound, LogOut } from 'lucide-react';
import { signOut } from '../api/actions.ts';
import { sessionQuery } from '../api/queries.ts';
import { Button } from '../components/Button.tsx';
import { ProblemNotice } from '../components/Notice.tsx';

/** Who is signed in, their roles, and the way out. */
export function Who() {
  const person = useQuery(sessionQuery).data?.person;
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      queryClient.clear();
      await navigate({ to: '/sign-in', search: {} });
    },
  });
  if (!person) return null;
  return (
    <div className="who">
      <Link to="/account" className="nav-link" activeProps={{ className: 'active' }}>
        <CircleUserRound size={16} aria-hidden />
        <span className="name">{person.displayName}</span>
      </Link>
      <p className="roles">{person.roles.join(', ') || 'no roles'}</p>
      {leave.isError && <ProblemNotice error={leave.error} />}
      <Button look="quiet" icon={LogOut} busy={leave.isPending} onClick={() => leave.mutate()}>
        Sign out
      </Button>
    </div>
  );
}
