import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, KeyRound, Play } from 'lucide-react';
import { applyChange, approvalOptions, approveChange } from '../../api/actions.ts';
import { sessionQuery } from '../../api/queries.ts';
import type { Change, Self } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Copy } from '../../components/Copy.tsx';
import { Notice, ProblemNotice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { asApproval, canUsePasskeys, keyBehind, presentPasskey } from '../../lib/webauthn.ts';
import { checkBeforeSigning } from './digest.ts';
import { Withdraw } from './Withdraw.tsx';

/** What can be done with a change now. The server decides; its refusals are shown as they are. */
export function Steps({ change }: { change: Change }) {
  const me = useQuery(sessionQuery).data;
  if (!me?.person) return null;
  if (change.state !== 'proposed') return <Closed state={change.state} />;
  return (
    <Panel title="What next">
      <div className="stack">
        {change.proposer.id === me.person.id && !me.bootstrap && (
          <Notice>You proposed this change, so someone else has to sign it.</Notice>
        )}
        <Sign change={change} person={me.person} />
        <Apply change={change} />
        <Withdraw id={change.id} />
      </div>
    </Panel>
  );
}

const Closed = ({ state }: { state: 'applied' | 'withdrawn' }) => (
  <Panel title="What next">
    <p className="row second">
      <CircleCheck size={15} aria-hidden />
      {state === 'applied'
        ? 'It is applied; nothing is left to do.'
        : 'It was withdrawn; nothing can be signed.'}
    </p>
  </Panel>
);

function useRefresh() {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries();
}

async function sign(change: Change, person: Self): Promise<void> {
  const options = await approvalOptions(change.id);
  checkBeforeSigning(change, options.challenge);
  const assertion = await presentPasskey(options);
  const signature = asApproval(assertion, keyBehind(assertion, person.keys));
  await approveChange(change.id, change.planDigest, signature);
}

function Sign({ change, person }: { change: Change; person: Self }) {
  const refresh = useRefresh();
  const signing = useMutation({ mutationFn: () => sign(change, person), onSuccess: refresh });
  return (
    <div className="stack-s">
      {signing.isError && <ProblemNotice error={signing.error} />}
      {signing.isSuccess && <Notice tone="pass">Your signature is recorded.</Notice>}
      {canUsePasskeys() && (
        <Button
          look={change.approvals.length === 0 ? 'primary' : 'plain'}
          icon={KeyRound}
          busy={signing.isPending}
          onClick={() => signing.mutate()}
        >
          Sign with a passkey
        </Button>
      )}
      <details className="by-key-file">
        <summary>Sign with a key file</summary>
        <p className="second">Where the key is, run:</p>
        <Copy
          value={`muniment approve ${change.id} --digest ${change.planDigest} --key-file FILE`}
          label="command"
          whole
        />
      </details>
    </div>
  );
}

function Apply({ change }: { change: Change }) {
  const refresh = useRefresh();
  const applying = useMutation({
    mutationFn: () => applyChange(change.id, change.planDigest),
    onSuccess: refresh,
  });
  if (change.approvals.length === 0) return null;
  return (
    <div className="stack-s">
      {applying.isError && <ProblemNotice error={applying.error} />}
      <Button look="primary" icon={Play} busy={applying.isPending} onClick={() => applying.mutate()}>
        Apply exactly this plan
      </Button>
    </div>
  );
}
