import { useMutation } from '@tanstack/react-query';
import { ScanSearch } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { checkCredential, credentialValidAt } from '../../api/actions.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { asUtc } from '../../lib/utc.ts';
import { useWhen } from '../../lib/when.ts';
import { Issued } from './Issued.tsx';
import { Valid } from './Valid.tsx';
import { ShownField, type Way, WayField } from './WayField.tsx';

interface Asked {
  way: Way;
  shown: string;
  at: string | undefined;
}

/** A key may have many credentials, so its fingerprint alone does not tell which one was shown. */
async function ask({ way, shown, at }: Asked) {
  const named = { [way]: shown };
  const [valid, issued] = await Promise.all([
    credentialValidAt({ ...named, ...(at !== undefined && { at }) }),
    way === 'fingerprint' ? undefined : checkCredential(named),
  ]);
  return { valid, issued };
}

/** Whether a credential that somebody shows was issued here, and whether it counted at a moment. */
export function Check() {
  const [way, setWay] = useState<Way>('certificate');
  const check = useMutation({ mutationFn: ask });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    check.mutate({ way, shown: String(form.get('shown')).trim(), at: asUtc(form.get('at')) });
  };
  const choose = (chosen: Way) => {
    setWay(chosen);
    check.reset();
  };
  return (
    <Page
      title="Check a credential"
      lead="Was it issued here, to whom, by which entry, and was it valid at a moment?"
    >
      <Panel title="What you were shown">
        <form className="form" onSubmit={submit}>
          <WayField way={way} onChange={choose} />
          <ShownField key={way} way={way} />
          <AtField />
          <div className="row">
            <Button type="submit" look="primary" icon={ScanSearch} busy={check.isPending}>
              Check it
            </Button>
          </div>
        </form>
      </Panel>
      {check.isError && <ProblemNotice error={check.error} />}
      {check.data && <Valid answer={check.data.valid} />}
      {check.data?.issued && <Issued answer={check.data.issued} />}
    </Page>
  );
}

const MINUTE_CHARACTERS = 16;

/** Begins with the moment that the house is looked at. */
function AtField() {
  const { asOf } = useWhen();
  return (
    <Field label="Valid at" hint="UTC. Empty: now.">
      {(id, described) => (
        <input
          id={id}
          name="at"
          type="datetime-local"
          className="input"
          defaultValue={asOf?.slice(0, MINUTE_CHARACTERS)}
          aria-describedby={described}
        />
      )}
    </Field>
  );
}
