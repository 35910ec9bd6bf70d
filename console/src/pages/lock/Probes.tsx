import { Crosshair } from 'lucide-react';
import type { LockDetail, Probe } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { EntryLink } from '../../components/EntryLink.tsx';
import { Panel } from '../../components/Panel.tsx';
import { ProbeBadge } from '../../components/status.tsx';
import { formatNumber, plural, visible } from '../../lib/format.ts';

type Row = Probe & { entry: number; place: number };

const POINTS: Record<Probe['point'], string> = {
  'api-renewal': 'Renewal at the API',
  introspection: 'Introspection',
  'agent-stream': 'Agent’s open stream',
  crl: 'Revocation list',
  openssl: 'OpenSSL',
};

const COLUMNS: Array<Column<Row>> = [
  { header: 'Where it was tried', cell: ({ point }) => POINTS[point], width: '24%' },
  { header: 'Outcome', cell: ({ outcome }) => <ProbeBadge value={outcome} />, width: '20%' },
  {
    header: 'Lock to refusal',
    cell: ({ latencyMs }) => (latencyMs === null ? 'not tried' : `${formatNumber(Math.round(latencyMs))} ms`),
    width: '16%',
    numeric: true,
  },
  {
    header: 'Credential',
    cell: ({ credential }) => (credential === null ? 'none' : <EntryLink index={credential} />),
    width: '15%',
  },
  {
    header: 'What happened',
    cell: ({ detail }) => (
      <span className="clamp" title={detail}>
        {visible(detail)}
      </span>
    ),
  },
];

/** Proof by refusal: where the dead credentials were tried, and how soon they were refused. */
export function Probes({ records }: { records: LockDetail['probes'] }) {
  const rows = records.flatMap(({ entry, probes }) =>
    probes.map((probe, place) => ({ ...probe, entry, place })),
  );
  return (
    <Panel
      title="Tried with dead credentials"
      padded={false}
      aside={<span className="aside">{plural(rows.length, 'probe')}</span>}
    >
      {rows.length === 0 ? (
        <Empty icon={Crosshair} title="Nothing was tried yet">
          <p>
            Whoever holds a dead credential tries it within seconds. Where no agent holds one, there is
            nothing to try.
          </p>
        </Empty>
      ) : (
        <DataTable
          caption="Probes of this lock"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ entry, place }) => `${entry} ${place}`}
          rowLink={({ entry }) => ({ to: '/ledger/$index', params: { index: String(entry) } })}
        />
      )}
    </Panel>
  );
}
