import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Play, Plus, Radar, X } from 'lucide-react';
import { useState } from 'react';
import { cancelSweep, startSweep } from '../../api/actions.ts';
import { sourcesQuery } from '../../api/queries.ts';
import type { Source } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { ProblemNotice } from '../../components/Notice.tsx';
import { Page } from '../../components/Page.tsx';
import { Frame } from '../../components/Panel.tsx';
import { SweepBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { formatNumber, plural, visible } from '../../lib/format.ts';
import { AddSource } from './AddSource.tsx';
import './sources.css';

/** What could not be read of it, over all its partitions. */
const unread = ({ sweeps }: Source): number =>
  sweeps.reduce((sum, { denied, errors }) => sum + denied.length + errors.length, 0);

const progressText = ({ running }: Source): string =>
  running === null
    ? ''
    : `${visible(running.listing ?? 'opening')}: ${formatNumber(running.items)} items, ${plural(running.pages, 'page')}`;

const Verdict = ({ source }: { source: Source }) =>
  source.running ? (
    <span role="status">{progressText(source)}</span>
  ) : source.verdict ? (
    <SweepBadge value={source.verdict} />
  ) : (
    <span className="muted">never swept</span>
  );

const COLUMNS: Array<Column<Source>> = [
  {
    header: 'Source',
    cell: ({ source }) => <span className="name">{visible(source)}</span>,
    width: '18%',
    text: ({ source }) => source,
  },
  { header: 'Type', cell: ({ title }) => title, width: '16%', text: ({ type }) => type },
  {
    header: 'Latest sweep',
    cell: (source) => <Verdict source={source} />,
    width: '17%',
    text: ({ verdict }) => verdict ?? '',
  },
  {
    header: 'Not read',
    cell: (source) => (unread(source) > 0 ? plural(unread(source), 'place') : '0'),
    width: '10%',
    numeric: true,
    text: (source) => String(unread(source)),
  },
  {
    header: 'Last whole',
    cell: ({ lastComplete }) => <Time value={lastComplete} />,
    width: '12%',
    numeric: true,
    text: ({ lastComplete }) => lastComplete ?? '',
  },
  {
    header: 'Next',
    cell: ({ next }) => (next ? <Time value={next} /> : <span className="muted">when asked</span>),
    width: '12%',
    numeric: true,
    text: ({ next }) => next ?? '',
  },
  { header: 'Do', cell: (source) => <SweepNow source={source} /> },
];

/** Starts a sweep, or ends the one that runs. */
export function SweepNow({ source: { source, running } }: { source: Source }) {
  const queryClient = useQueryClient();
  const act = useMutation({
    mutationFn: async () => {
      if (running === null) await startSweep(source);
      else await cancelSweep(source);
    },
    onSettled: () => queryClient.invalidateQueries(),
  });
  return (
    <>
      <Button icon={running ? X : Play} busy={act.isPending} onClick={() => act.mutate()}>
        {running ? 'Cancel' : 'Sweep now'}
      </Button>
      {act.isError && <ProblemNotice error={act.error} />}
    </>
  );
}

/** Where machine identities are looked for, how complete the last look was, and when the next one is. */
export function Sources() {
  const query = useQuery(sourcesQuery);
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title="Sources"
      lead="Where machine identities are looked for. An absence counts only where the source was read whole."
      actions={
        <Button look="primary" icon={Plus} onClick={() => setAdding(true)}>
          Add a source
        </Button>
      }
    >
      <Frame label="Sources">
        <Loaded query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon={Radar} title="No source is read">
                <p>
                  Add one, or see what was <Link to="/found">found</Link> before.
                </p>
              </Empty>
            ) : (
              <DataTable
                table="sources"
                caption="Sources"
                columns={COLUMNS}
                rows={items}
                rowKey={({ source }) => source}
                rowLink={({ source }) => ({ to: '/sources/$source', params: { source } })}
              />
            )
          }
        </Loaded>
      </Frame>
      {adding && <AddSource onClose={() => setAdding(false)} />}
    </Page>
  );
}
