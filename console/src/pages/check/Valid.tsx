import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleX, ShieldCheck, ShieldX } from 'lucide-react';
import type { CredentialValidAt } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { formatTime, plural, visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { checkProofs } from './proofs.ts';
import '../../components/lines.css';

const SIGNATURES: Record<NonNullable<CredentialValidAt['signature']>, string> = {
  good: 'Good: made by the key that the entry names',
  bad: 'Bad: somebody else made it',
  unchecked: 'Not checked: the key is published no longer',
};

/** Whether it was valid at the moment asked for, why, and the proof of what that rests on. */
export const Valid = ({ answer }: { answer: CredentialValidAt }) => (
  <Panel
    title={`${answer.valid ? 'Valid' : 'Not valid'} at ${formatTime(answer.at)}`}
    aside={
      <Badge tone={answer.valid ? 'pass' : 'fail'} icon={answer.valid ? CircleCheck : CircleX}>
        {words(answer.state)}
      </Badge>
    }
  >
    <div className="stack">
      <p className="prose" role="status">
        {visible(answer.why)}.
      </p>
      <Facts>
        <Fact term="Identity">
          {answer.identity && (
            <Link to="/identities/$id" params={{ id: answer.identity.id }}>
              {visible(nameOf(answer.identity))}
            </Link>
          )}
        </Fact>
        <Fact term="Grant">{answer.entry !== null && <EntryLink index={answer.entry} />}</Fact>
        <Fact term="Signature">{answer.signature && SIGNATURES[answer.signature]}</Fact>
        <Fact term="From">{answer.notBefore && <Time value={answer.notBefore} exact />}</Fact>
        <Fact term="To">{answer.notAfter && <Time value={answer.notAfter} exact />}</Fact>
        <Fact term="Proof">{answer.proofs.length > 0 && <Proofs answer={answer} />}</Fact>
      </Facts>
      <Locks locks={answer.locks} />
    </div>
  </Panel>
);

function Proofs({ answer }: { answer: CredentialValidAt }) {
  const query = useQuery({
    queryKey: ['proofs', answer],
    queryFn: () => checkProofs(answer),
    retry: false,
  });
  if (query.isError)
    return (
      <Badge tone="fail" icon={ShieldX}>
        {`Does not hold: ${query.error.message}`}
      </Badge>
    );
  return (
    <Loaded query={query}>
      {(count) => (
        <Badge tone="pass" icon={ShieldCheck}>
          {`Holds: ${plural(count, 'entry', 'entries')}, checked in this browser`}
        </Badge>
      )}
    </Loaded>
  );
}

function Locks({ locks }: { locks: CredentialValidAt['locks'] }) {
  if (locks.length === 0) return null;
  return (
    <ul className="lines">
      {locks.map(({ lock, entry, target, placed, kills }) => (
        <li key={lock}>
          <span className="grow">
            <Link to="/locks/$id" params={{ id: lock }}>
              Lock on {visible(target)}
            </Link>
            <span className="second">
              {kills ? 'Had been placed by then' : 'Was placed only later'}: <Time value={placed} exact />
            </span>
          </span>
          <EntryLink index={entry} />
        </li>
      ))}
    </ul>
  );
}
