import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { Eye, Send } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { type Proposal, proposeChange } from '../../api/actions.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';
import { ManifestsField } from '../../components/ManifestsField.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { PlanView } from '../change/PlanView.tsx';
import '../change/change.css';
import './propose.css';

type Draft = Omit<Proposal, 'dryRun'>;

const EMPTY = { title: '', reason: '' };

/** Manifests in, plan out; only then does it become a change that others are asked to sign. */
export function Propose() {
  // Whoever compared manifests with what is in force brings them along.
  const { manifests = '' } = useLocation().state;
  const [draft, setDraft] = useState({ ...EMPTY, manifests });
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const plan = useMutation({ mutationFn: () => proposeChange({ ...draft, dryRun: true }) });
  const propose = useMutation({
    mutationFn: () => proposeChange({ ...draft, dryRun: false }),
    onSuccess: async ({ change }) => {
      await queryClient.invalidateQueries();
      if (change) await navigate({ to: '/changes/$id', params: { id: change } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    plan.mutate();
  };
  const edit = (next: Draft) => {
    plan.reset();
    setDraft(next);
  };
  const error = propose.error ?? plan.error;
  return (
    <Page
      title="Propose a change"
      within={<Link to="/changes">Changes</Link>}
      lead="Declare what should stand. You see the plan first; someone else signs it before it is applied."
    >
      <form className="stack" onSubmit={submit}>
        <Inputs draft={draft} onEdit={edit} />
        {error && <ProblemNotice error={error} />}
        <div className="row">
          <Button type="submit" look={plan.data ? 'plain' : 'primary'} icon={Eye} busy={plan.isPending}>
            Show the plan
          </Button>
          {plan.data && (
            <Button look="primary" icon={Send} busy={propose.isPending} onClick={() => propose.mutate()}>
              Propose it
            </Button>
          )}
        </div>
      </form>
      <div className="stack" aria-live="polite">
        {plan.data && <PlanView plan={plan.data.plan} names={{}} />}
      </div>
    </Page>
  );
}

function Inputs({ draft, onEdit }: { draft: Draft; onEdit: (draft: Draft) => void }) {
  return (
    <Panel title="What and why">
      <div className="form">
        <div className="pair">
          <Field label="Title">
            {(id) => (
              <input
                id={id}
                className="input"
                required
                maxLength={200}
                value={draft.title}
                onChange={(event) => onEdit({ ...draft, title: event.target.value })}
              />
            )}
          </Field>
          <Field label="Reason">
            {(id) => (
              <input
                id={id}
                className="input"
                required
                maxLength={2000}
                value={draft.reason}
                onChange={(event) => onEdit({ ...draft, reason: event.target.value })}
              />
            )}
          </Field>
        </div>
        <ManifestsField value={draft.manifests} onEdit={(manifests) => onEdit({ ...draft, manifests })} />
      </div>
    </Panel>
  );
}
