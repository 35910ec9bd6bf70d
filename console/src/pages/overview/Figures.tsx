import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Overview } from '../../api/types.ts';
import { Time } from '../../components/Time.tsx';
import { formatNumber } from '../../lib/format.ts';

interface Figure {
  label: string;
  value: number;
  note: ReactNode;
  link: LinkProps;
}

const total = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Four figures, each the way to the list that it counts. */
export function Figures({ data: { identities, credentials, log } }: { data: Overview }) {
  const figures: Figure[] = [
    {
      label: 'Identities',
      value: total(identities),
      note: `${formatNumber(identities.active ?? 0)} active`,
      link: { to: '/identities' },
    },
    {
      label: 'Live credentials',
      value: credentials.live,
      note: `${formatNumber(credentials.granted24h)} granted in 24 h`,
      link: { to: '/ledger', search: { kind: 'credential.granted' } },
    },
    {
      label: 'Refusals in 24 h',
      value: credentials.refused24h,
      note: 'each one a ledger entry',
      link: { to: '/ledger', search: { kind: 'credential.refused' } },
    },
    {
      label: 'Ledger entries',
      value: log.size,
      note: (
        <>
          last signed <Time value={log.time} />
        </>
      ),
      link: { to: '/ledger' },
    },
  ];
  return (
    <ul className="figures">
      {figures.map(({ label, value, note, link }) => (
        <li key={label}>
          <Link {...link} className="figure">
            <span className="figure-label">{label}</span>
            <span className="figure-value">{formatNumber(value)}</span>
            <span className="figure-note">{note}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
