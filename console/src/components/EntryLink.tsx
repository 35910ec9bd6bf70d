import { Link } from '@tanstack/react-router';
import { formatNumber } from '../lib/format.ts';

/** The way from a statement to the ledger entry that it rests on. */
export const EntryLink = ({ index }: { index: number }) => (
  <Link to="/ledger/$index" params={{ index: String(index) }} className="nowrap">
    Entry {formatNumber(index)}
  </Link>
);
