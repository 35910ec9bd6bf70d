import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { GitCompareArrows } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { RESOURCE_KINDS } from '../../../../verifier/src/words/resources.ts';
import { type ResourceKind, readDrift } from '../../api/actions.ts';
import { Button } from '../../components/Button.tsx';
import { Select } from '../../components/Filters.tsx';
import { ManifestsField } from '../../components/ManifestsField.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Compared } from './Compared.tsx';

const isKind = (text: string | undefined): text is ResourceKind =>
  RESOURCE_KINDS.some((kind) => kind === text);

/** What a checkout declares against what is in force, both ways. The folder is on this machine, so it is read here. */
export function Drift() {
  const [manifests, setManifests] = useState('');
  const [kind, setKind] = useState<ResourceKind>();
  const compare = useMutation({ mutationFn: () => readDrift(manifests, kind ? [kind] : []) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    compare.mutate();
  };
  const edit = (change: () => void) => {
    compare.reset();
    change();
  };
  return (
    <Page
      title="Drift"
      lead="What your manifests declare against what is in force, both ways. Nothing is proposed and nothing is written."
    >
      <form className="stack" onSubmit={submit}>
        <Panel title="What is declared">
          <div className="form">
            <p className="second prose">
              Choose the folder that you keep in version control, whole: what is in force and not in it counts
              as not declared. A pipeline asks the same with <code>muniment drift</code>.
            </p>
            <ManifestsField rows={12} value={manifests} onEdit={(text) => edit(() => setManifests(text))} />
          </div>
        </Panel>
        {compare.isError && <ProblemNotice error={compare.error} />}
        <div className="row">
          <Select
            label="Kind"
            value={kind}
            options={[...RESOURCE_KINDS]}
            onChange={(value) => edit(() => setKind(isKind(value) ? value : undefined))}
          />
          <Button type="submit" look="primary" icon={GitCompareArrows} busy={compare.isPending}>
            Compare
          </Button>
        </div>
      </form>
      <div className="stack" aria-live="polite">
        {compare.data && (
          <Compared
            drift={compare.data}
            next={
              <Link to="/changes/new" state={{ manifests }} className="button button-primary">
                Propose these manifests
              </Link>
            }
          />
        )}
      </div>
    </Page>
  );
}
