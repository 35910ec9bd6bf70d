import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleCheck, UserRoundX, Users } from 'lucide-react';
import { useCallback } from 'react';
import { ROLES } from '../../../../verifier/src/words/resources.ts';
import { personsQuery } from '../../api/queries.ts';
import type { Person } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { SearchBox, Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { plural, visible } from '../../lib/format.ts';
import { useWhen } from '../../lib/when.ts';

const route = getRouteApi('/house/people');
const STATUSES: Array<Person['status']> = ['active', 'left'];

const shownAs = ({ displayName, name, id }: Person): string => displayName ?? name ?? id;

const Status = ({ status }: { status: Person['status'] }) =>
  status === 'active' ? (
    <Badge tone="pass" icon={CircleCheck}>
      Active
    </Badge>
  ) : (
    <Badge tone="warn" icon={UserRoundX}>
      Left
    </Badge>
  );

/** `1 passkey, 2 key files`. */
function keysOf({ keys }: Person): string {
  const passkeys = keys.filter(({ type }) => type === 'passkey').length;
  const files = keys.length - passkeys;
  return [passkeys > 0 ? plural(passkeys, 'passkey') : '', files > 0 ? plural(files, 'key file') : '']
    .filter((part) => part !== '')
    .join(', ');
}

const COLUMNS: Array<Column<Person>> = [
  {
    header: 'Person',
    cell: (person) => (
      <span className="name" title={shownAs(person)}>
        {visible(shownAs(person))}
      </span>
    ),
    width: '22%',
    text: shownAs,
  },
  {
    header: 'Login name',
    cell: ({ name }) => <span className="name">{name ? visible(name) : 'erased'}</span>,
    width: '14%',
    text: ({ name }) => name ?? '',
  },
  {
    header: 'Status',
    cell: ({ status }) => <Status status={status} />,
    width: '11%',
    text: ({ status }) => status,
  },
  {
    header: 'Roles',
    cell: ({ roles }) => <span className="name">{roles.join(', ') || 'none'}</span>,
    width: '24%',
    text: ({ roles }) => roles.join(' '),
  },
  {
    header: 'Approval keys',
    cell: (person) => keysOf(person) || <span className="muted">none: cannot approve</span>,
    width: '18%',
    text: keysOf,
  },
  {
    header: 'Enrolled',
    cell: ({ bootstrap }) => (bootstrap ? 'In the bootstrap' : 'By a change'),
    text: ({ bootstrap }) => (bootstrap ? 'bootstrap' : 'change'),
  },
];

type Filter = ReturnType<typeof route.useSearch>;

const fits =
  ({ q, role, status }: Filter) =>
  (person: Person): boolean =>
    (role === undefined || person.roles.some((each) => each === role)) &&
    (status === undefined || person.status === status) &&
    (q === undefined || `${shownAs(person)} ${person.name}`.toLowerCase().includes(q.toLowerCase()));

/** Who may do what here, and with which keys they sign. */
export function People() {
  const search = route.useSearch();
  const query = useQuery(personsQuery(useWhen()));
  return (
    <Page
      title="People"
      lead="Who may do what here, and the keys that they sign with."
      actions={
        <Link to="/changes/new" className="button button-plain">
          Propose a change
        </Link>
      }
    >
      <Filters />
      <Frame label="People">
        <Loaded query={query}>{({ items }) => <List items={items.filter(fits(search))} />}</Loaded>
      </Frame>
    </Page>
  );
}

const List = ({ items }: { items: Person[] }) =>
  items.length === 0 ? (
    <Empty icon={Users} title="Nobody fits these filters">
      <Link to="/people" search={{}}>
        Show everyone
      </Link>
    </Empty>
  ) : (
    <DataTable
      table="people"
      caption="People"
      columns={COLUMNS}
      rows={items}
      rowKey={({ id }) => id}
      rowLink={({ id }) => ({ to: '/identities', search: { owner: id } })}
    />
  );

function Filters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (name: 'role' | 'status') => (value: string | undefined) =>
    void navigate({ search: (now) => ({ ...now, [name]: value }), replace: true });
  const find = useCallback(
    (q: string | undefined) => void navigate({ search: (now) => ({ ...now, q }), replace: true }),
    [navigate],
  );
  return (
    <search className="filters">
      <SearchBox label="Search by name" value={search.q} onChange={find} />
      <Select label="Role" value={search.role} options={[...ROLES]} onChange={set('role')} />
      <Select label="Status" value={search.status} options={STATUSES} onChange={set('status')} />
      <SavedFilters table="people" />
    </search>
  );
}
