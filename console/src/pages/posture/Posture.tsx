import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import { postureQuery } from '../../api/queries.ts';
import type { PostureFinding } from '../../api/types.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatNumber, visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { Behind } from './Behind.tsx';
import './posture.css';

const route = getRouteApi('/house/posture/$finding');

/** One of the five questions: its answer, what to do next, and all that stands behind the number. */
export function Posture() {
  const { finding } = route.useParams();
  const query = useQuery(postureQuery(useWhen()));
  const answer = query.data?.items.find((each) => each.finding === finding);
  return (
    <Page
      title={words(finding)}
      within={<Link to="/">Overview</Link>}
      lead={answer && `${answer.question} ${told(answer)}`}
    >
      <Loaded query={query}>{() => (answer ? <Answer answer={answer} /> : <NoSuch />)}</Loaded>
    </Page>
  );
}

const told = ({ count, whole }: PostureFinding): string => {
  if (count === null) return 'Not evaluable.';
  return whole ? `${formatNumber(count)}.` : `At least ${formatNumber(count)}.`;
};

const NoSuch = () => (
  <Notice tone="warn">
    <p>
      This is none of the five questions. <Link to="/">See all five</Link>.
    </p>
  </Notice>
);

function Answer({ answer }: { answer: PostureFinding }) {
  const { part } = route.useSearch();
  return (
    <>
      <Notice tone={answer.evaluable ? 'info' : 'warn'}>
        <p className="prose">{visible(answer.why)}.</p>
        <p className="posture-next prose">
          <ArrowRight size={14} aria-hidden /> Next: {visible(answer.next)}
        </p>
      </Notice>
      <Parts answer={answer} chosen={part} />
      {answer.identities.length > 0 && <Identities identities={answer.identities} />}
      <Behind finding={answer.finding} {...(part !== undefined && { part })} />
    </>
  );
}

function Parts({ answer: { parts }, chosen }: { answer: PostureFinding; chosen: string | undefined }) {
  if (parts.length === 0) return null;
  return (
    <nav className="posture-parts" aria-label="Parts of the answer">
      <Link to="." search={{}} aria-current={chosen === undefined ? 'page' : undefined}>
        All
      </Link>
      {parts.map(({ part, count }) => (
        <Link key={part} to="." search={{ part }} aria-current={chosen === part ? 'page' : undefined}>
          {visible(part)} <span>{formatNumber(count)}</span>
        </Link>
      ))}
    </nav>
  );
}

const Identities = ({ identities }: { identities: PostureFinding['identities'] }) => (
  <Panel title="Declared identities behind it">
    <ul className="chips">
      {identities.map((identity) => (
        <li key={identity.id}>
          <Link to="/identities/$id" params={{ id: identity.id }}>
            {visible(nameOf(identity))}
          </Link>
        </li>
      ))}
    </ul>
  </Panel>
);
