import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { UserRoundCheck } from 'lucide-react';
import type { FormEvent } from 'react';
import { type Adoption, adoptObservation } from '../../api/actions.ts';
import { applicationsQuery, observationQuery, personsQuery, profilesQuery } from '../../api/queries.ts';
import type { Observation, ObservationDetail } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Field } from '../../components/Field.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice, ProblemNotice } from '../../components/Notice.tsx';
import { labelOf } from '../../components/observation.tsx';
import { visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';

const KINDS: Array<NonNullable<Adoption['kind']>> = [
  'service-account',
  'workload',
  'ci-job',
  'api-client',
  'bot',
  'device',
  'ai-agent',
  'third-party',
];
const ENVIRONMENTS: Array<Adoption['environment']> = ['production', 'staging', 'development', 'test'];
const NAME_MAX_CHARACTERS = 60;

/** A declared name from what something is called where it was found. */
const nameFrom = (label: string): string =>
  label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, NAME_MAX_CHARACTERS);

interface Props {
  observation: Observation;
  onClose: () => void;
}

/** One step: a new identity for what was found is proposed, with the owner that its source points to; the owner's signature makes it so. */
export function Adopt({ observation, onClose }: Props) {
  const query = useQuery(observationQuery(observation.key, {}));
  return (
    <Dialog title="Claim it for a new identity" onClose={onClose}>
      <p className="second wrap-any">{visible(labelOf(observation))}</p>
      <Loaded query={query}>{(seen) => <Form seen={seen} onClose={onClose} />}</Loaded>
    </Dialog>
  );
}

function Form({ seen, onClose }: { seen: ObservationDetail; onClose: () => void }) {
  const queryClient = useQueryClient();
  const adopt = useMutation({
    mutationFn: (body: Adoption) => adoptObservation(seen.key, body),
    onSuccess: () => queryClient.invalidateQueries(),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    adopt.mutate(Object.fromEntries(new FormData(event.currentTarget)) as unknown as Adoption);
  };
  if (adopt.data) return <Proposed change={adopt.data.change} onClose={onClose} />;
  return (
    <form className="form" onSubmit={submit}>
      <Field label="Name">
        {(id) => (
          <input
            id={id}
            name="name"
            className="input"
            required
            maxLength={NAME_MAX_CHARACTERS}
            defaultValue={nameFrom(labelOf(seen))}
            autoComplete="off"
          />
        )}
      </Field>
      <Field label="Purpose" hint="What it is for, so that a stranger understands.">
        {(id, described) => (
          <input
            id={id}
            name="purpose"
            className="input"
            required
            minLength={10}
            maxLength={2000}
            aria-describedby={described}
          />
        )}
      </Field>
      <Owner seen={seen} />
      <Named label="Application" name="application" />
      <Named label="Profile" name="profile" />
      <Chosen label="Kind" name="kind" options={KINDS} chosen="workload" />
      <Chosen label="Environment" name="environment" options={ENVIRONMENTS} chosen={environmentOf(seen)} />
      {adopt.isError && <ProblemNotice error={adopt.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" icon={UserRoundCheck} busy={adopt.isPending}>
          Propose it
        </Button>
      </div>
    </form>
  );
}

const environmentOf = ({ attributes }: ObservationDetail): string =>
  ENVIRONMENTS.find((each) => each === attributes.environment) ?? 'production';

const Proposed = ({ change, onClose }: { change: string; onClose: () => void }) => (
  <>
    <Notice tone="info">
      <p>
        <Link to="/changes/$id" params={{ id: change }}>
          A change
        </Link>{' '}
        waits for an approver’s signature. Once it is applied, this is claimed by itself.
      </p>
    </Notice>
    <div className="dialog-actions">
      <Button onClick={onClose}>Done</Button>
    </div>
  </>
);

/** The owner that its source points to is chosen already, and why is said. */
function Owner({ seen: { proposals } }: { seen: ObservationDetail }) {
  const people = useQuery(personsQuery({})).data?.items.filter(({ status }) => status === 'active') ?? [];
  const best = proposals.find(({ owner }) => owner !== null);
  const chosen = people.find(({ id }) => id === best?.owner?.id);
  const hint = best
    ? `Proposed with ${best.confidence} confidence: ${visible(best.reason)}`
    : 'No source says whose it is. Who will answer for it?';
  return (
    <Field label="Owner" hint={hint}>
      {(id, described) => (
        // The list comes later than the form: the key makes the choice anew once it is there.
        <select
          key={people.length}
          id={id}
          name="owner"
          className="input"
          required
          defaultValue={chosen === undefined ? '' : (chosen.name ?? chosen.id)}
          aria-describedby={described}
        >
          <option value="">Choose</option>
          {people.map((person) => (
            <option key={person.id} value={person.name ?? person.id}>
              {visible(person.displayName ?? nameOf(person))}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Named({ label, name }: { label: string; name: 'application' | 'profile' }) {
  const applications = useQuery(applicationsQuery({})).data?.items ?? [];
  const profiles = useQuery(profilesQuery({})).data?.items ?? [];
  const items: Array<{ name: string }> = name === 'application' ? applications : profiles;
  return <Chosen label={label} name={name} options={items.map((each) => each.name)} chosen="" />;
}

interface ChosenProps {
  label: string;
  name: string;
  options: string[];
  chosen: string;
}

const Chosen = ({ label, name, options, chosen }: ChosenProps) => (
  <Field label={label}>
    {(id) => (
      <select key={options.length} id={id} name={name} className="input" required defaultValue={chosen}>
        {chosen === '' && <option value="">Choose</option>}
        {options.map((option) => (
          <option key={option} value={option}>
            {chosen === '' ? visible(option) : words(option)}
          </option>
        ))}
      </select>
    )}
  </Field>
);
