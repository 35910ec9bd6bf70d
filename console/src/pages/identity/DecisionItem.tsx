import type { Decision } from '../../api/types.ts';
import { Copy } from '../../components/Copy.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Fact, Facts } from '../../components/Facts.tsx';
import { OutcomeBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { formatSeconds, shorten, visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';

type FactSet = Decision['request']['attested'];

export function DecisionItem({
  decision: { entry, outcome, time, code, request, decision },
}: {
  decision: Decision;
}) {
  return (
    <li>
      <details>
        <summary className="decision">
          <OutcomeBadge value={outcome} />
          <span className="decision-what">
            <strong>{words(request.action)}</strong>
            <span className="second"> · {visible(decision.reason || decision.rule)}</span>
          </span>
          <Time value={time} />
        </summary>
        <div className="decision-body">
          <div>
            <h3>Attested</h3>
            <p className="muted">What the platform proved</p>
            <FactList facts={request.attested} none="Nothing was proved" />
          </div>
          <div>
            <h3>Claimed</h3>
            <p className="muted">What the caller said</p>
            <FactList facts={request.claimed} none="Nothing was claimed" />
          </div>
          <Ruling request={request} decision={decision} code={code} entry={entry} />
        </div>
      </details>
    </li>
  );
}

function FactList({ facts, none }: { facts: FactSet; none: string }) {
  const entries = Object.entries(facts);
  if (entries.length === 0) return <p className="second">{none}</p>;
  return (
    <Facts>
      {entries.map(([fact, value]) => (
        <Fact key={fact} term={fact}>
          <code>{visible(String(value))}</code>
        </Fact>
      ))}
    </Facts>
  );
}

function Ruling({
  request,
  decision,
  code,
  entry,
}: Pick<Decision, 'request' | 'decision' | 'code' | 'entry'>) {
  return (
    <div>
      <h3>Decided</h3>
      <p className="muted">Enough to ask again</p>
      <Facts>
        <Fact term="Rule">{decision.rule}</Fact>
        <Fact term="Code">{code === null ? undefined : <code>{code}</code>}</Fact>
        <Fact term="Policies">
          <Determining policies={decision.determining} />
        </Fact>
        <Fact term="Policy set">
          <Copy value={decision.policySet} label="policy set version" />
        </Fact>
        <Fact term="Trust">{request.trust === null ? 'none fitted' : visible(nameOf(request.trust))}</Fact>
        <Fact term="Agent">{request.agent && visible(nameOf(request.agent))}</Fact>
        <Fact term="Asked for">
          {request.requestedTtlSeconds === null ? 'no lifetime' : formatSeconds(request.requestedTtlSeconds)}
        </Fact>
        <Fact term="Door">{request.door}</Fact>
        <Fact term="Record">
          <EntryLink index={entry} />
        </Fact>
      </Facts>
    </div>
  );
}

function Determining({ policies }: { policies: Decision['decision']['determining'] }) {
  if (policies.length === 0) return 'none matched, so no';
  return policies.map(({ policy, version }) => (
    <span key={policy} className="block">
      {visible(policy)} <code title={version}>@{shorten(version, 8, 0)}</code>
    </span>
  ));
}
