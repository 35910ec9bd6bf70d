import { ArrowRight } from 'lucide-react';
import type { Verdict } from '../api/types.ts';
import { VerdictBadge } from './status.tsx';

/** From one verdict to another; alone where nothing was judged before. */
export const VerdictChange = ({ before, verdict }: { before: Verdict | null; verdict: Verdict }) => (
  <span className="verdict-change">
    {before !== null && (
      <>
        <VerdictBadge value={before} />
        <ArrowRight size={13} aria-label="became" />
      </>
    )}
    <VerdictBadge value={verdict} />
  </span>
);
