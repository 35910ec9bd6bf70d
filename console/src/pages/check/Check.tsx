import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ScanSearch } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { checkCredential, type Presented } from '../../api/actions.ts';
import type { CredentialCheck } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Field } from '../../components/Field.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { CredentialBadge } from '../../components/status.tsx';
import { visible } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';

type Way = keyof Presented;

const WAYS: Record<Way, { label: string; hint: string; rows: number; max: number }> = {
  certificate: {
    label: 'Certificate (PEM)',
    hint: 'From BEGIN to END. Never paste a private key.',
    rows: 8,
    max: 65_536,
  },
  jwt: { label: 'JWT', hint: 'It is sent to this server only, and is not kept.', rows: 5, max: 16_384 },
  serial: {
    label: 'Serial number',
    hint: 'Hexadecimal, as openssl x509 -serial prints it.',
    rows: 1,
    max: 200,
  },
  jti: { label: 'Token id (jti)', hint: 'The jti claim of a JWT.', rows: 1, max: 200 },
};

/** Whether a credential that somebody shows was issued here, and whether it still counts. */
export function Check() {
  const [way, setWay] = useState<Way>('certificate');
  const check = useMutation({ mutationFn: checkCredential });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('shown')).trim();
    check.mutate({ [way]: text });
  };
  return (
    <Page
      title="Check a credential"
      lead="Was it issued here, to whom, by which entry, and does it still count?"
    >
      <Panel title="What you were shown">
        <form className="form" onSubmit={submit}>
          <WayField
            way={way}
            onChange={(chosen) => {
              setWay(chosen);
              check.reset();
            }}
          />
          <Shown key={way} way={way} />
          <div className="row">
            <Button type="submit" look="primary" icon={ScanSearch} busy={check.isPending}>
              Check it
            </Button>
          </div>
        </form>
      </Panel>
      {check.isError && <ProblemNotice error={check.error} />}
      {check.data && <Answer answer={check.data} />}
    </Page>
  );
}

const WayField = ({ way, onChange }: { way: Way; onChange: (way: Way) => void }) => (
  <Field label="Known by">
    {(id) => (
      <select id={id} className="input" value={way} onChange={({ target }) => onChange(target.value as Way)}>
        {Object.entries(WAYS).map(([value, { label }]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    )}
  </Field>
);

function Shown({ way }: { way: Way }) {
  const { label, hint, rows, max } = WAYS[way];
  return (
    <Field label={label} hint={hint}>
      {(id, described) => (
        <textarea
          id={id}
          name="shown"
          className="input input-code"
          rows={rows}
          required
          maxLength={max}
          spellCheck={false}
          autoComplete="off"
          aria-describedby={described}
        />
      )}
    </Field>
  );
}

const Answer = ({ answer }: { answer: CredentialCheck }) => (
  <Panel
    title={answer.known ? 'It was issued here' : 'It was not issued here'}
    aside={<CredentialBadge value={answer.state} />}
  >
    <div className="stack" role="status">
      <p className="prose">{visible(answer.why)}.</p>
      <Facts>
        <Fact term="Identity">
          {answer.identity && (
            <Link to="/identities/$id" params={{ id: answer.identity.id }}>
              {visible(nameOf(answer.identity))}
            </Link>
          )}
        </Fact>
        <Fact term="Grant">{answer.entry !== null && <EntryLink index={answer.entry} />}</Fact>
      </Facts>
    </div>
  </Panel>
);
