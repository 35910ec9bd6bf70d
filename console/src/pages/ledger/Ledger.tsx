import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ScrollText } from 'lucide-react';
import { useCallback } from 'react';
import { KINDS } from '../../../../verifier/src/kinds.ts';
import { entriesQuery, everyEntry } from '../../api/queries.ts';
import type { EntrySummary } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { SearchBox, Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Pager } from '../../components/Pager.tsx';
import { Frame } from '../../components/Panel.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { Time } from '../../components/Time.tsx';
import { formatNumber, plural, shorten, visible } from '../../lib/format.ts';
import { given } from '../../lib/given.ts';
import { named } from '../../lib/names.ts';
import { useWhen } from '../../lib/when.ts';

const route = getRouteApi('/house/ledger');
const PAGE_ROWS = 50;

/** A name where there is one; else the id, shortened. */
const Who = ({ id, names }: { id: string; names: EntrySummary['names'] }) =>
  id === '' ? (
    <span className="muted">none</span>
  ) : (
    <span className="name" title={id}>
      {visible(shorten(named(id, names), 40, 6))}
    </span>
  );

const COLUMNS: Array<Column<EntrySummary>> = [
  {
    header: 'Entry',
    cell: ({ index }) => formatNumber(index),
    width: '9%',
    text: ({ index }) => String(index),
  },
  {
    header: 'Time',
    cell: ({ time }) => <Time value={time} exact />,
    width: '20%',
    text: ({ time }) => time,
  },
  { header: 'Kind', cell: ({ kind }) => <code>{kind}</code>, width: '19%', text: ({ kind }) => kind },
  {
    header: 'About',
    cell: ({ subject, names }) => <Who id={subject} names={names} />,
    width: '20%',
    text: ({ subject, names }) => named(subject, names),
  },
  {
    header: 'By',
    cell: ({ actor, names }) => <Who id={actor} names={names} />,
    width: '16%',
    text: ({ actor, names }) => named(actor, names),
  },
  {
    header: 'Leaf hash',
    cell: ({ leafHash }) => <code title={leafHash}>{shorten(leafHash, 12, 0)}</code>,
    text: ({ leafHash }) => leafHash,
  },
];

export function Ledger() {
  const { asOf: _, knownAt: __, ...search } = route.useSearch();
  const navigate = route.useNavigate();
  const { before, ...asked } = { ...useWhen(), ...given(search) };
  const query = useQuery({
    ...entriesQuery({ ...asked, ...(before && { before }), limit: PAGE_ROWS }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Ledger"
      lead={
        query.data
          ? `${plural(query.data.size, 'entry', 'entries')}. Each can be checked against the signed tree head, here and offline.`
          : 'Every fact, in the order in which it became known.'
      }
    >
      <Filters />
      <Frame label="Entries">
        <Loaded query={query}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty icon={ScrollText} title="No entry fits these filters">
                <Link to="/ledger" search={{}}>
                  Show every entry
                </Link>
              </Empty>
            ) : (
              <>
                <DataTable
                  table="ledger"
                  all={() => everyEntry(asked)}
                  caption="Ledger entries, newest first"
                  columns={COLUMNS}
                  rows={items}
                  rowKey={({ index }) => index}
                  rowLink={({ index }) => ({ to: '/ledger/$index', params: { index: String(index) } })}
                />
                <Pager
                  shown={items.length}
                  noun="entry"
                  nouns="entries"
                  cursor={before}
                  next={next}
                  onMove={(before) => void navigate({ search: { ...search, before } })}
                />
              </>
            )
          }
        </Loaded>
      </Frame>
    </Page>
  );
}

function Filters() {
  const { kind, subject } = route.useSearch();
  const navigate = route.useNavigate();
  const setKind = (value: string | undefined) =>
    void navigate({ search: ({ before: _, ...rest }) => ({ ...rest, kind: value }), replace: true });
  const setSubject = useCallback(
    (value: string | undefined) =>
      void navigate({
        search: ({ before: _, ...rest }) => ({ ...rest, subject: value?.trim() }),
        replace: true,
      }),
    [navigate],
  );
  const kinds = [...KINDS].sort().map((value) => ({ value, label: value }));
  return (
    <search className="filters">
      <SearchBox label="Entries about this id" value={subject} onChange={setSubject} />
      <Select label="Kind" value={kind} options={kinds} onChange={setKind} />
      <SavedFilters table="ledger" />
    </search>
  );
}
