import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import { observationsQuery, sourcesQuery } from '../../api/queries.ts';
import type { Observation } from '../../api/types.ts';
import { Empty } from '../../components/Empty.tsx';
import { Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { labelOf } from '../../components/observation.tsx';
import { Page } from '../../components/Page.tsx';
import { Pager } from '../../components/Pager.tsx';
import { Frame } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { visible } from '../../lib/format.ts';
import { Decide } from './Decide.tsx';
import '../../components/lines.css';
import './unregistered.css';

const route = getRouteApi('/house/unregistered');
const PAGE_ROWS = 25;
const CLASSES = ['identity', 'credential'] as const;
type Class = (typeof CLASSES)[number];

/** The queue of what was found and nobody declared, the oldest first: each is claimed, dismissed for a while, or to be removed. */
export function Unregistered() {
  const { class: asked, source, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const sources = useQuery(sourcesQuery).data?.items ?? [];
  const wanted: Class = CLASSES.find((each) => each === asked) ?? 'identity';
  const query = useQuery({
    ...observationsQuery({
      ...{ class: wanted, present: 'true', registered: 'false', disposition: 'none' },
      ...{ sort: 'firstSeen', order: 'asc', limit: PAGE_ROWS, count: 'true' },
      ...(source === undefined ? {} : { source }),
      ...(cursor === undefined ? {} : { cursor }),
    }),
    placeholderData: keepPreviousData,
  });
  const set = (name: 'class' | 'source') => (value: string | undefined) =>
    void navigate({ search: ({ cursor: _, ...rest }) => ({ ...rest, [name]: value }), replace: true });
  return (
    <Page
      title="Unregistered"
      lead="What was found and nobody declared. Each is claimed by an owner, dismissed until a day, or removed."
    >
      <search className="filters">
        <Select label="Class" value={wanted} options={[...CLASSES]} onChange={set('class')} always />
        <Select
          label="Source"
          value={source}
          options={sources.map(({ source: value }) => ({ value, label: value }))}
          onChange={set('source')}
        />
      </search>
      <Frame label="Unregistered">
        <Loaded query={query}>
          {({ items, next, total }) =>
            items.length === 0 ? (
              <Empty icon={CircleCheck} title="Nothing waits for a decision">
                <p>
                  See all that was <Link to="/found">found</Link>, and how complete the{' '}
                  <Link to="/sources">sources</Link> were read.
                </p>
              </Empty>
            ) : (
              <>
                {total !== null && <p className="queue-count second">{total} wait for a decision</p>}
                <ul className="lines queue">
                  {items.map((item) => (
                    <Waiting key={item.key} observation={item} />
                  ))}
                </ul>
                <Pager
                  shown={items.length}
                  noun="thing"
                  cursor={cursor}
                  next={next}
                  onMove={(to) => void navigate({ search: (now) => ({ ...now, cursor: to }) })}
                />
              </>
            )
          }
        </Loaded>
      </Frame>
    </Page>
  );
}

const Waiting = ({ observation }: { observation: Observation }) => (
  <li>
    <span className="grow">
      <Link to="/observations/$key" params={{ key: observation.key }} className="name">
        {visible(labelOf(observation))}
      </Link>
      <span className="second wrap-any">
        {visible(String(observation.attributes.kind ?? observation.class))} of {visible(observation.source)},{' '}
        {visible(observation.partition)}; seen <Time value={observation.firstSeen} />
        {observation.attributes.administrator === true && '; administrator'}
      </span>
    </span>
    <Decide observation={observation} />
  </li>
);
