import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { IdCard } from 'lucide-react';
import { identityCredentialsQuery } from '../../api/queries.ts';
import type { Credential } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/DataTable.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Pager } from '../../components/Pager.tsx';
import { Panel } from '../../components/Panel.tsx';
import { CredentialBadge } from '../../components/status.tsx';
import { Time } from '../../components/Time.tsx';
import { formatNumber, formatSeconds, shorten, visible } from '../../lib/format.ts';
import { useWhen } from '../../lib/when.ts';
import type { PartProps } from './part.ts';

export const TYPES: Record<Credential['type'], string> = {
  'x509-svid': 'X.509-SVID',
  'jwt-svid': 'JWT-SVID',
  'agent-x509': 'Agent X.509',
  'access-token': 'Access token',
};

const COLUMNS: Array<Column<Credential>> = [
  { header: 'Entry', cell: ({ entry }) => formatNumber(entry), width: '9%' },
  { header: 'Type', cell: ({ type }) => TYPES[type], width: '12%' },
  { header: 'State', cell: ({ state }) => <CredentialBadge value={state} />, width: '12%' },
  { header: 'Granted', cell: ({ granted }) => <Time value={granted} />, width: '13%' },
  { header: 'Ends', cell: ({ notAfter }) => <Time value={notAfter} />, width: '13%' },
  {
    header: 'Lifetime',
    cell: ({ ttlSeconds, shortened }) => (
      <>
        {formatSeconds(ttlSeconds)}
        {shortened && <span className="muted"> · shortened</span>}
      </>
    ),
    width: '16%',
  },
  {
    header: 'For',
    cell: ({ audience, keyHash }) =>
      audience.length > 0 ? (
        <span className="name">{visible(audience.join(', '))}</span>
      ) : (
        <code>key {shorten(keyHash, 8, 4)}</code>
      ),
  },
  {
    header: 'Killed by',
    cell: ({ lock }) =>
      lock ? (
        <Link to="/locks/$id" params={{ id: lock }}>
          Lock
        </Link>
      ) : (
        <span className="muted">no lock</span>
      ),
    width: '9%',
  },
];

export function Credentials({ id, cursor, onMove }: PartProps) {
  const query = useQuery(identityCredentialsQuery(id, useWhen(), cursor));
  return (
    <Panel
      title="Credentials"
      padded={false}
      aside={<span className="aside">Every one ever granted, newest first</span>}
    >
      <Loaded query={query}>
        {({ items, next }) =>
          items.length === 0 ? (
            <Empty icon={IdCard} title="No credential was ever granted to it">
              <p>A workload that its trusts let prove itself may ask its agent for one.</p>
            </Empty>
          ) : (
            <>
              <DataTable
                caption="Credentials of this identity"
                columns={COLUMNS}
                rows={items}
                rowKey={({ entry }) => entry}
                rowLink={({ entry }) => ({ to: '/ledger/$index', params: { index: String(entry) } })}
              />
              <Pager shown={items.length} noun="credential" cursor={cursor} next={next} onMove={onMove} />
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
