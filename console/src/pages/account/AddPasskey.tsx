import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { KeyRound } from 'lucide-react';
import { passkeyCreationOptions, readPasskey } from '../../api/actions.ts';
import type { ApprovalKey } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Code } from '../../components/Code.tsx';
import { Copy } from '../../components/Copy.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { canUsePasskeys, makePasskey } from '../../lib/webauthn.ts';

/** The key as one item of `spec.keys` in a Person manifest. Every value is base64url or an id, so none needs quoting. */
const manifestOf = (key: ApprovalKey): string =>
  Object.entries(key)
    .map(([name, value], index) => `${index === 0 ? '- ' : '  '}${name}: ${value}`)
    .join('\n');

/** A key never becomes valid here: it is put into a change, and someone else signs that. */
export function AddPasskey() {
  const make = useMutation({
    mutationFn: async () => readPasskey(await makePasskey(await passkeyCreationOptions())),
  });
  return (
    <Panel title="Add a passkey">
      <div className="form">
        <p className="second prose">
          Make one on this device, put it into your Person manifest, and propose that. It signs for you once
          the change is approved and applied.
        </p>
        {make.isError && <ProblemNotice error={make.error} />}
        <div>
          <Button
            icon={KeyRound}
            disabled={!canUsePasskeys()}
            busy={make.isPending}
            onClick={() => make.mutate()}
          >
            Make a passkey
          </Button>
        </div>
        {make.data && <Made text={manifestOf(make.data.key)} />}
      </div>
    </Panel>
  );
}

const Made = ({ text }: { text: string }) => (
  <div role="status">
    <p>
      Add this under <code>spec.keys</code> of your Person manifest, then{' '}
      <Link to="/changes/new">propose it</Link>.
    </p>

    <Code label="Key for the manifest">{text}</Code>
    <Copy value={text} label="manifest part" />
  </div>
);
