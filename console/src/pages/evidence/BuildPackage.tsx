import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PackageCheck } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { sessionQuery } from '../../api/queries.ts';
import type { Control } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatTime, plural, visible } from '../../lib/format.ts';
import { BuiltPackage } from './BuiltPackage.tsx';
import { Progress } from './Progress.tsx';
import { buildPackage, type Stage, type Wanted } from './package.ts';
import '../../components/lines.css';

interface Props {
  period: { from: string; to: string };
  controls: Control[];
}

const WITHHELD_HINT =
  'One a line: personal, a person’s id (per_…), a kind of entry, or entry:N. What is withheld is said in the signed manifest.';

/** Makes the sealed package of a period, shows how far it is, and says what is not in it before it is handed on. */
export function BuildPackage({ period, controls }: Props) {
  const [stage, setStage] = useState<Stage>({ stage: 'building' });
  const build = useMutation({ mutationFn: (wanted: Wanted) => buildPackage(wanted, setStage) });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = String(new FormData(event.currentTarget).get('withhold')).split(/[\s,]+/);
    build.mutate({ ...period, withhold: words.filter((word) => word !== '') });
  };
  return (
    <Panel title="Package for an auditor">
      <div className="stack">
        <p className="second prose">
          Entries of {formatTime(period.from)} to {formatTime(period.to)} with their proofs, populations,
          verdicts and a page to read, signed by the log’s key. It is checked offline by the one-file
          verifier.
        </p>
        <Missing controls={controls} />
        <form className="form" onSubmit={submit}>
          <Field label="Withhold" hint={WITHHELD_HINT}>
            {(id, described) => (
              <textarea
                id={id}
                name="withhold"
                className="input input-code"
                rows={2}
                spellCheck={false}
                aria-describedby={described}
              />
            )}
          </Field>
          <div className="row">
            <Button type="submit" look="primary" icon={PackageCheck} busy={build.isPending}>
              Build the package
            </Button>
            <ForAuditors />
          </div>
        </form>
        {build.isPending && <Progress stage={stage} />}
        {build.isError && <ProblemNotice error={build.error} />}
        {build.data && <BuiltPackage built={build.data} />}
      </div>
    </Panel>
  );
}

/** The server decides; this only spares a person the wait. */
function ForAuditors() {
  const person = useQuery(sessionQuery).data?.person;
  if (!person || person.roles.includes('auditor')) return null;
  return <span className="muted">It takes the role of an auditor, which you do not have.</span>;
}

/** Said before anything is built: for these the package proves nothing, whatever else is in it. */
function Missing({ controls }: { controls: Control[] }) {
  const missing = controls.filter(({ verdict }) => verdict === 'NOT_EVALUABLE');
  if (missing.length === 0) return <p>Nothing is missing: every control of the period can be judged.</p>;
  return (
    <details>
      <summary>{plural(missing.length, 'control')} cannot be judged: what is missing</summary>
      <ul className="lines missing">
        {missing.map(({ id, title, why }) => (
          <li key={id}>
            <Link to="/evidence/$control" params={{ control: id }} className="nowrap">
              <code>{id}</code>
            </Link>
            <span className="grow">
              <span>{title}</span>
              <span className="muted wrap-any">{visible(why)}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
