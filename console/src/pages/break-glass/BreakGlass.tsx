import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { MailPlus } from 'lucide-react';
import { breakGlassQuery } from '../../api/queries.ts';
import type { BreakGlassKey } from '../../api/types.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Select } from '../../components/Filters.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { SavedFilters } from '../../components/SavedFilters.tsx';
import { COLUMNS } from './columns.tsx';
import { Rules } from './Rules.tsx';
import { KEY_CHOICES, KEY_STATES, keyState } from './state.tsx';
import { Waiting } from './Waiting.tsx';

const route = getRouteApi('/house/break-glass');

const urgentFirst = (items: BreakGlassKey[]): BreakGlassKey[] =>
  KEY_STATES.flatMap((state) => items.filter((key) => keyState(key) === state));

/** Keys for emergencies: what waits for a review, every key with what became of it, and who may do what. */
export function BreakGlass() {
  const query = useQuery(breakGlassQuery);
  const { state } = route.useSearch();
  const fits = (key: BreakGlassKey): boolean => state === undefined || keyState(key) === state;
  return (
    <Page
      title="Break-glass"
      lead="Keys that are laid away for an emergency. Each opens one change alone, once; afterwards another person must review it."
    >
      <Loaded query={query}>
        {({ items }) => (
          <>
            <Waiting items={items.filter(({ used }) => used !== null && used.reviewed === null)} />
            <Filters />
            <Frame label="Keys">
              <List items={urgentFirst(items.filter(fits))} any={items.length > 0} />
            </Frame>
          </>
        )}
      </Loaded>
      <Rules />
    </Page>
  );
}

function List({ items, any }: { items: BreakGlassKey[]; any: boolean }) {
  if (!any)
    return (
      <Empty icon={MailPlus} title="No key is laid away">
        <p>
          Make one with <code>muniment person key FILE</code>, mark it in a person’s manifest as{' '}
          <code>breakGlass</code>, and <Link to="/changes/new">propose that</Link>. Then keep the file out of
          reach.
        </p>
      </Empty>
    );
  if (items.length === 0)
    return (
      <Empty icon={MailPlus} title="No key is in this state">
        <Link to="/break-glass" search={{}}>
          Show every key
        </Link>
      </Empty>
    );
  return (
    <DataTable
      table="break-glass"
      caption="Break-glass keys"
      columns={COLUMNS}
      rows={items}
      rowKey={({ key }) => key}
    />
  );
}

function Filters() {
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <search className="filters">
      <Select
        label="State"
        value={state}
        options={KEY_CHOICES}
        onChange={(value) => void navigate({ search: (now) => ({ ...now, state: value }), replace: true })}
      />
      <SavedFilters table="break-glass" />
    </search>
  );
}
