import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { sessionQuery } from '../../api/queries.ts';
import type { BreakGlassKey, Self } from '../../api/types.ts';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { plural, visible } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { Review } from './Review.tsx';
import { KeyBadge, keyState } from './state.tsx';
import '../../components/lines.css';

const MAY_REVIEW: ReadonlyArray<Self['roles'][number]> = ['approver', 'auditor', 'admin'];

/** Uses that nobody else has looked at yet; the change is one click away, since it is what a reviewer judges. */
export function Waiting({ items }: { items: BreakGlassKey[] }) {
  const person = useQuery(sessionQuery).data?.person;
  if (items.length === 0) return null;
  return (
    <Panel title="Waits for a review" aside={<span className="aside">{plural(items.length, 'use')}</span>}>
      <ul className="lines">
        {items.map((item) => (
          <Use key={item.key} item={item} person={person ?? undefined} />
        ))}
      </ul>
    </Panel>
  );
}

function Use({ item, person }: { item: BreakGlassKey; person: Self | undefined }) {
  const { used } = item;
  if (used === null) return null;
  return (
    <li>
      <KeyBadge value={keyState(item)} />
      <span className="grow">
        <strong className="name">{visible(nameOf(item.person))}</strong>
        <span className="second">
          approved{' '}
          <Link to="/changes/$id" params={{ id: used.change }}>
            a change
          </Link>{' '}
          alone <Time value={used.time} />; the review is due <Time value={used.due} />
        </span>
      </span>
      <EntryLink index={used.entry} />
      <May item={item} person={person} />
    </li>
  );
}

/** The server decides; this only spares a person the wait. */
function May({ item, person }: { item: BreakGlassKey; person: Self | undefined }) {
  if (person === undefined) return null;
  if (person.id === item.person.id)
    return <span className="muted">You used it: another person reviews.</span>;
  if (!person.roles.some((role) => MAY_REVIEW.includes(role)))
    return <span className="muted">An approver, auditor or admin reviews it.</span>;
  return <Review holder={nameOf(item.person)} id={item.key} />;
}
