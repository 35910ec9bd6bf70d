import { CircleAlert, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import { asProblem } from '../api/problem.ts';
import './notice.css';

/** What to do next, for the codes a person can do something about. */
const NEXT: Record<string, string> = {
  self_approval_refused: 'Ask another approver to sign it: whoever proposes a change never approves it. The attempt is recorded.',
  approval_channel_refused: 'Sign with your own passkey or key file; a session alone never approves.',
  plan_changed: 'Something it rests on has changed since. Propose it again, so that what is signed is what will be applied.',
  change_closed: 'It is applied or withdrawn already; propose a new change instead.',
  session_ended: 'Sign in again.',
  unauthenticated: 'Sign in to go on.',
  csrf_refused: 'Load the page again, then repeat what you did.',
  forbidden: 'Your roles do not allow this; an administrator can propose a change that gives you the role.',
  storage_unavailable: 'Nothing was written. Try again when the database answers.',
  too_many_requests: 'Wait a moment, then try again.',
};

/** A refusal or a failure, shown plainly: title, detail, closed code, and what to do next. */
export function ProblemNotice({ error, children }: { error: unknown; children?: ReactNode }) {
  const problem = asProblem(error);
  return (
    <div className="notice notice-fail" role="alert">
      <CircleAlert size={16} aria-hidden />
      <div>
        <p className="notice-title">{problem.title}</p>
        {problem.message !== problem.title && <p className="prose">{problem.message}</p>}
        {problem.path && (
          <p>
            At <code>{problem.path}</code>
          </p>
        )}
        {NEXT[problem.code] && <p>{NEXT[problem.code]}</p>}
        <p className="notice-code">
          code <code>{problem.code}</code>
        </p>
        {children}
      </div>
    </div>
  );
}

export function Notice({ tone = 'info', children }: { tone?: 'info' | 'warn' | 'pass'; children: ReactNode }) {
  return (
    <div className={`notice notice-${tone}`}>
      <Info size={16} aria-hidden />
      <div>{children}</div>
    </div>
  );
}
