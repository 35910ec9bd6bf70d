import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX, ShieldCheck, ShieldX } from 'lucide-react';
import type { Entry } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { Code } from '../../components/Code.tsx';
import { Copy } from '../../components/Copy.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatNumber } from '../../lib/format.ts';
import { type Check, checkEntry } from './check.ts';

/** The proof, checked here. What the browser cannot know is said too: the key comes from the server that is being checked. */
export function Proof({ entry }: { entry: Entry }) {
  const query = useQuery({
    queryKey: ['checked', entry],
    queryFn: () => checkEntry(entry),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const holds = query.data?.checks.every((check) => check.holds);
  return (
    <Panel
      title="Proof, checked in this browser"
      aside={holds === undefined ? null : <Outcome holds={holds} />}
    >
      <Loaded query={query}>
        {({ checks, checkpoint }) => (
          <div className="stack">
            <ul className="checks">
              {checks.map((check) => (
                <CheckLine key={check.what} check={check} />
              ))}
            </ul>
            <Facts>
              <Fact term="Log">{checkpoint?.origin}</Fact>
              <Fact term="Tree size">{checkpoint && formatNumber(checkpoint.size)}</Fact>
              <Fact term="Key">
                <Copy value={entry.verifierKey} label="verifier key" whole />
              </Fact>
            </Facts>
            <p className="muted note">
              The key is the one this server names. Compare it with the copy that you keep; a package checks
              against that copy offline.
            </p>
            <Raw entry={entry} />
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

const Outcome = ({ holds }: { holds: boolean }) =>
  holds ? (
    <Badge tone="pass" icon={ShieldCheck}>
      Holds
    </Badge>
  ) : (
    <Badge tone="fail" icon={ShieldX}>
      Does not hold
    </Badge>
  );

function CheckLine({ check: { what, holds, detail } }: { check: Check }) {
  const Icon = holds ? CircleCheck : CircleX;
  return (
    <li className={holds ? 'check-holds' : 'check-fails'}>
      <Icon size={15} aria-hidden />
      <div>
        <p>
          {what}
          <span className="sr-only">{holds ? ': holds' : ': does not hold'}</span>
        </p>
        <p className="muted wrap-any">{detail}</p>
      </div>
    </li>
  );
}

const Raw = ({ entry: { leaf, checkpoint, proof } }: { entry: Entry }) => (
  <>
    <details>
      <summary>Leaf, exactly as hashed</summary>
      <Code label="Leaf">{leaf}</Code>
    </details>
    <details>
      <summary>Checkpoint</summary>

      <Code label="Checkpoint">{checkpoint}</Code>
    </details>
    <details>
      <summary>Inclusion proof, leaf to root</summary>
      <ol className="hashes">
        {proof.map((hash) => (
          <li key={hash}>
            <code>{hash}</code>
          </li>
        ))}
      </ol>
      {proof.length === 0 && <p className="muted">A tree of one entry needs no hashes.</p>}
    </details>
  </>
);
