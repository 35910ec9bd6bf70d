import { Link } from '@tanstack/react-router';
import { CircleAlert, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import { asProblem } from '../api/problem.ts';
import './notice.css';

/** What to do next, for the codes that a person can do something about. */
const NEXT: Record<string, string> = {
  self_approval_refused: 'Another approver has to sign it: whoever proposes a change never approves it.',
  approval_channel_refused: 'Sign with your own passkey or key file; a session alone never approves.',
  plan_changed:
    'What it rests on has moved since. Propose it again, so that what is signed is what will be applied.',
  change_closed: 'Propose a new change instead.',
  session_ended: 'Sign in again.',
  unauthenticated: 'Sign in to go on.',
  sign_in_refused: 'A link works once and for ten minutes. Ask for a fresh one.',
  csrf_refused: 'Load the page again, then repeat what you did.',
  forbidden: 'Your roles do not allow it. A change to your Person manifest can give you the role.',
  storage_unavailable: 'Nothing was written. Try again when the database answers.',
  too_many_requests: 'Wait a moment, then try again.',
  unreachable: 'Start it with npm start, or check the network. What is shown may be old until then.',
};

/** Server messages are lower case without a full stop; on a screen they begin a sentence. */
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A refusal or a failure, shown plainly: what, where, the closed code, its entry, and what to do next. */
export function ProblemNotice({ error, children }: { error: unknown; children?: ReactNode }) {
  const problem = asProblem(error);
  return (
    <div className="notice notice-fail" role="alert">
      <CircleAlert size={16} aria-hidden />
      <div>
        <p className="notice-title prose">{sentence(problem.message)}</p>
        {NEXT[problem.code] && <p>{NEXT[problem.code]}</p>}
        <p className="notice-code">
          Code <code>{problem.code}</code>
          {problem.path && (
            <>
              , at <code>{problem.path}</code>
            </>
          )}
          {problem.entry !== undefined && (
            <>
              {'. The refusal is '}
              <Link to="/ledger/$index" params={{ index: String(problem.entry) }}>
                entry {problem.entry}
              </Link>
            </>
          )}
        </p>
        {children}
      </div>
    </div>
  );
}

export function Notice({
  tone = 'info',
  children,
}: {
  tone?: 'info' | 'warn' | 'pass';
  children: ReactNode;
}) {
  return (
    <div className={`notice notice-${tone}`}>
      <Info size={16} aria-hidden />
      <div>{children}</div>
    </div>
  );
}
