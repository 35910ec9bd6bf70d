import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { KeyRound } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { passkeySignInOptions, signInWithPasskey, signInWithToken } from '../../api/actions.ts';
import { sessionQuery } from '../../api/queries.ts';
import { spendToken } from '../../app/token.ts';
import { Button } from '../../components/Button.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { canUsePasskeys, presentPasskey } from '../../lib/webauthn.ts';
import { Gate } from './Gate.tsx';

const route = getRouteApi('/sign-in');

/** A path of this console, never another site: `next` comes from the address, which anyone may write. */
const within = (next: string | undefined): string => (next && /^\/(?![/\\])/.test(next) ? next : '/');

function useEnter() {
  const { next } = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  return async () => {
    await queryClient.resetQueries({ queryKey: sessionQuery.queryKey });
    router.history.replace(within(next));
  };
}

export function SignIn() {
  const enter = useEnter();
  const byToken = useMutation({ mutationFn: signInWithToken, onSuccess: enter });
  const byPasskey = useMutation({
    mutationFn: async () => signInWithPasskey(await presentPasskey(await passkeySignInOptions())),
    onSuccess: enter,
  });
  const started = useRef(false);
  const { mutate } = byToken;
  useEffect(() => {
    const token = started.current ? undefined : spendToken();
    started.current = true;
    if (token !== undefined) mutate(token);
  }, [mutate]);
  const error = byPasskey.error ?? byToken.error;
  return (
    <Gate title="Sign in" lead="With a passkey, or with a link that works once.">
      {error && <ProblemNotice error={error} />}
      {canUsePasskeys() ? (
        <Button
          look="primary"
          icon={KeyRound}
          busy={byPasskey.isPending || byToken.isPending}
          onClick={() => byPasskey.mutate()}
        >
          {byToken.isPending ? 'Signing in' : 'Sign in with a passkey'}
        </Button>
      ) : (
        <p className="gate-help">This browser offers no passkeys here. They need https, or localhost.</p>
      )}
      <div className="gate-help">
        <p>No passkey yet, or a link that has run out? On the server’s own machine, ask for a fresh link:</p>
        <pre className="command">
          <code>muniment person sign-in NAME</code>
        </pre>
      </div>
    </Gate>
  );
}
