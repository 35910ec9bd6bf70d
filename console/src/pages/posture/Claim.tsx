import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { UserRoundCheck } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { claimObservation } from '../../api/actions.ts';
import { identitiesQuery } from '../../api/queries.ts';
import type { Observation } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Field } from '../../components/Field.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { labelOf } from '../../components/observation.tsx';
import { visible } from '../../lib/format.ts';

const OFFERED_MAX = 100;

/** Says which declared identity something that was found belongs to. */
export function Claim({ observation }: { observation: Observation }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={UserRoundCheck} onClick={() => setOpen(true)}>
        Claim
      </Button>
      {open && <ClaimDialog observation={observation} onClose={() => setOpen(false)} />}
    </>
  );
}

function ClaimDialog({ observation, onClose }: { observation: Observation; onClose: () => void }) {
  const queryClient = useQueryClient();
  const offered = useQuery(identitiesQuery({ limit: OFFERED_MAX })).data?.items ?? [];
  const claim = useMutation({
    mutationFn: (identity: string) => claimObservation(observation.key, identity),
    onSuccess: async () => {
      await queryClient.invalidateQueries();
      onClose();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    claim.mutate(String(new FormData(event.currentTarget).get('identity')).trim());
  };
  return (
    <Dialog title="Whose is this?" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p className="second clamp">{visible(labelOf(observation))}</p>
        <Field
          label="Identity"
          hint="Name or id of a declared identity. Later sweeps keep the claim; it is an entry."
        >
          {(id, described) => (
            <>
              <input
                id={id}
                name="identity"
                className="input"
                list={`${id}-offered`}
                required
                maxLength={200}
                autoComplete="off"
                aria-describedby={described}
              />
              <datalist id={`${id}-offered`}>
                {offered.map(({ name }) => (
                  <option key={name} value={name} />
                ))}
              </datalist>
            </>
          )}
        </Field>
        {claim.isError && <ProblemNotice error={claim.error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" icon={UserRoundCheck} busy={claim.isPending}>
            Claim it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
