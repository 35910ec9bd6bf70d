import type { ReactNode } from 'react';
import { Mark } from '../../app/Mark.tsx';
import { useTitle } from '../../lib/title.ts';
import './gate.css';

/** The frame of what stands outside: sign-in and the first enrolment. */
export function Gate({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  useTitle(title);
  return (
    <main className="gate">
      <div className="gate-card">
        <Mark size={36} />
        <div>
          <h1>{title}</h1>
          <p className="gate-lead">{lead}</p>
        </div>
        {children}
      </div>
      <p className="gate-foot">Muniment · every fact is a ledger entry</p>
    </main>
  );
}
