import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import { everyObservation, observationsQuery } from '../../api/queries.ts';
import type { Observation, PostureWord } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { OBSERVED } from '../../components/observation.tsx';
import { Pager } from '../../components/Pager.tsx';
import { Panel } from '../../components/Panel.tsx';
import { useWhen } from '../../lib/when.ts';
import { Claim } from './Claim.tsx';

const route = getRouteApi('/house/posture/$finding');
const PAGE_ROWS = 50;

const COLUMNS: Array<Column<Observation>> = [
  ...OBSERVED.filter(({ header }) => header !== 'There now' && header !== 'Changed'),
  { header: 'Do', cell: (row) => <Claim observation={row} />, width: '11%' },
];

interface Props {
  finding: PostureWord;
  part?: string;
}

/** The observations behind a number, a page at a time, each with the way to say whose it is. */
export function Behind({ finding, part }: Props) {
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const asked = { ...useWhen(), finding, ...(part !== undefined && { part }) };
  const query = useQuery({
    ...observationsQuery({ ...asked, limit: PAGE_ROWS, ...(cursor && { cursor }) }),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel title="What was seen" padded={false} aside={<span className="aside">From the latest sweeps</span>}>
      <Loaded query={query}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty icon={CircleCheck} title="Nothing that was seen stands behind this">
              <p>What could not be read is not here: the sentence above says so.</p>
            </Empty>
          ) : (
            <>
              <DataTable
                table={`posture-${finding}`}
                all={() => everyObservation(asked)}
                caption="Observations behind the number"
                columns={COLUMNS}
                rows={items}
                rowKey={({ source, key }) => `${source} ${key}`}
                rowLink={({ entry }) => ({ to: '/ledger/$index', params: { index: String(entry) } })}
              />
              <Pager
                shown={items.length}
                noun="observation"
                cursor={cursor}
                next={next}
                onMove={(to) => void navigate({ search: (now) => ({ ...now, cursor: to }) })}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
