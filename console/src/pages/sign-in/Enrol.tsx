import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { enrolFirst, passkeyCreationOptions } from '../../api/actions.ts';
import { sessionQuery } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice, ProblemNotice } from '../../components/Notice.tsx';
import { makePasskey } from '../../lib/webauthn.ts';
import { Gate } from './Gate.tsx';
import { KeyChoice, type KeyType } from './KeyChoice.tsx';

function useEnrolment() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (form: { name: string; displayName: string; type: KeyType; publicKey: string }) => {
      const key =
        form.type === 'passkey'
          ? await makePasskey(await passkeyCreationOptions(form.name))
          : form.publicKey.trim();
      await enrolFirst({ name: form.name, displayName: form.displayName, key });
    },
    onSuccess: async () => {
      await queryClient.resetQueries({ queryKey: sessionQuery.queryKey });
      await navigate({ to: '/' });
    },
  });
}

/** The first administrator, while the bootstrap is open. Everything done in it is marked so for good. */
export function Enrol() {
  const session = useQuery(sessionQuery);
  const enrolment = useEnrolment();
  const [type, setType] = useState<KeyType>('passkey');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    enrolment.mutate({
      name: text('name'),
      displayName: text('displayName'),
      type,
      publicKey: text('publicKey'),
    });
  };
  return (
    <Gate
      title="Enrol the first administrator"
      lead="Your key signs approvals: nothing that Muniment enforces changes without such a signature."
    >
      <Loaded query={session}>
        {({ bootstrap, person }) =>
          bootstrap && person === null ? (
            <form className="form" onSubmit={submit}>
              <Notice tone="warn">
                Until a second approver is enrolled this is the bootstrap: one person may both ask and
                approve, and every entry says so.
              </Notice>
              <Field label="Name" hint="Used to sign in and in manifests: a-z, 0-9 and hyphens.">
                {(id, described) => (
                  <input
                    id={id}
                    name="name"
                    className="input"
                    required
                    maxLength={63}
                    autoComplete="username"
                    aria-describedby={described}
                  />
                )}
              </Field>
              <Field label="Display name">
                {(id) => (
                  <input
                    id={id}
                    name="displayName"
                    className="input"
                    required
                    maxLength={200}
                    autoComplete="name"
                  />
                )}
              </Field>
              <KeyChoice type={type} onChange={setType} />
              {enrolment.isError && <ProblemNotice error={enrolment.error} />}
              <Button type="submit" look="primary" icon={UserPlus} busy={enrolment.isPending}>
                Enrol
              </Button>
            </form>
          ) : (
            <Closed person={person !== null} />
          )
        }
      </Loaded>
    </Gate>
  );
}

function Closed({ person }: { person: boolean }) {
  const navigate = useNavigate();
  return (
    <>
      <Notice>
        {person
          ? 'You are enrolled already.'
          : 'The bootstrap is closed. New people are proposed as a change that holds their Person manifest.'}
      </Notice>
      <Button onClick={() => void navigate({ to: person ? '/' : '/sign-in' })}>
        {person ? 'To the overview' : 'Sign in'}
      </Button>
    </>
  );
}
