import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, UserRoundCog } from 'lucide-react';
import { OWNED } from '../../../../verifier/src/words/control-owners.ts';
import { controlOwnersQuery } from '../../api/queries.ts';
import type { ControlOwner } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { plural, visible, words } from '../../lib/format.ts';
import { nameOf } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';
import { Exceptions } from './Exceptions.tsx';

const route = getRouteApi('/house/control-owners');
const HOLES = [
  { value: 'true', label: 'Holes' },
  { value: 'false', label: 'Answered for' },
];

const Person = ({ person }: { person: ControlOwner['owner'] }) =>
  person ? <span className="name">{visible(nameOf(person))}</span> : <span className="left">nobody</span>;

const COLUMNS: Array<Column<ControlOwner>> = [
  {
    header: 'Control point',
    cell: ({ target }) => (
      <span className="name" title={target.id}>
        {visible(nameOf(target))}
      </span>
    ),
    width: '24%',
    text: ({ target }) => nameOf(target),
  },
  { header: 'Kind', cell: ({ covers }) => words(covers), width: '13%', text: ({ covers }) => covers },
  {
    header: 'State',
    cell: ({ hole }) => (
      <Badge tone={hole ? 'fail' : 'pass'} icon={hole ? CircleAlert : CircleCheck}>
        {hole ? 'Hole' : 'Answered for'}
      </Badge>
    ),
    width: '14%',
    text: ({ hole }) => (hole ? 'hole' : 'answered for'),
  },
  {
    header: 'Owner',
    cell: ({ owner }) => <Person person={owner} />,
    width: '14%',
    text: ({ owner }) => (owner ? nameOf(owner) : ''),
  },
  {
    header: 'Reviewer',
    cell: ({ reviewer }) => <Person person={reviewer} />,
    width: '14%',
    text: ({ reviewer }) => (reviewer ? nameOf(reviewer) : ''),
  },
  {
    header: 'Why',
    cell: ({ why }) => (
      <span className="name" title={why}>
        {visible(why)}
      </span>
    ),
    text: ({ why }) => why,
  },
];

/** Who answers for every way in, every rule, every refusal and every kind of change: those without anyone first. */
export function ControlOwners() {
  const { covers, hole } = route.useSearch();
  const query = useQuery(controlOwnersQuery(useWhen()));
  const fits = (each: ControlOwner): boolean =>
    (covers === undefined || each.covers === covers) && (hole === undefined || String(each.hole) === hole);
  return (
    <Page
      title="Control owners"
      lead={
        query.data
          ? `${plural(query.data.holes, 'control point')} without anyone who answers for it, of ${query.data.items.length}.`
          : 'Who answers for every way in, every rule, every refusal and every kind of change.'
      }
      actions={
        <Link to="/changes/new" className="button button-plain">
          Propose a change
        </Link>
      }
    >
      <Filters />
      <Frame label="Control owners">
        <Loaded query={query}>{({ items }) => <List items={holesFirst(items.filter(fits))} />}</Loaded>
      </Frame>
      <Exceptions />
    </Page>
  );
}

const holesFirst = (items: ControlOwner[]): ControlOwner[] =>
  [...items].sort((a, b) => Number(b.hole) - Number(a.hole));

const List = ({ items }: { items: ControlOwner[] }) =>
  items.length === 0 ? (
    <Empty icon={UserRoundCog} title="No control point fits these filters">
      <Link to="/control-owners" search={{}}>
        Show every control point
      </Link>
    </Empty>
  ) : (
    <DataTable
      table="control-owners"
      caption="Control owners, holes first"
      columns={COLUMNS}
      rows={items}
      rowKey={({ covers, target }) => `${covers} ${target.id}`}
    />
  );

function Filters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (name: 'covers' | 'hole') => (value: string | undefined) =>
    void navigate({ search: (now) => ({ ...now, [name]: value }), replace: true });
  return (
    <search className="filters">
      <Select label="Kind" value={search.covers} options={[...OWNED]} onChange={set('covers')} />
      <Select label="State" value={search.hole} options={HOLES} onChange={set('hole')} />
      <SavedFilters table="control-owners" />
    </search>
  );
}
