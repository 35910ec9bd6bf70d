import {
  Ban,
  BellRing,
  Check,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleMinus,
  CirclePause,
  CircleX,
  Clock,
  Lock as LockIcon,
  LockOpen,
  type LucideIcon,
  PenLine,
  TriangleAlert,
  Undo2,
} from 'lucide-react';
import type {
  AlertState,
  ChangeState,
  CredentialState,
  IdentityState,
  Outcome,
  ProbeOutcome,
  SweepVerdict,
  Verdict,
} from '../api/types.ts';
import { Badge, type Tone } from './Badge.tsx';

interface Look {
  tone: Tone;
  icon: LucideIcon;
  word: string;
}

export const VERDICTS: Record<Verdict, Look & { means: string }> = {
  FAIL: { tone: 'fail', icon: CircleX, word: 'Fail', means: 'Evidence shows that it did not hold' },
  PASS: { tone: 'pass', icon: CircleCheck, word: 'Pass', means: 'Evidence shows that it held' },
  NOT_EVALUABLE: {
    tone: 'warn',
    icon: CircleHelp,
    word: 'Not evaluable',
    means: 'Data is missing, so nothing is claimed',
  },
  NOT_OCCURRING: {
    tone: 'calm',
    icon: CircleDashed,
    word: 'Not occurring',
    means: 'Nothing happened that it would judge',
  },
};

const IDENTITY_STATES: Record<IdentityState, Look> = {
  requested: { tone: 'info', icon: PenLine, word: 'Requested' },
  approved: { tone: 'info', icon: Check, word: 'Approved' },
  active: { tone: 'pass', icon: CircleCheck, word: 'Active' },
  suspended: { tone: 'warn', icon: CirclePause, word: 'Suspended' },
  retired: { tone: 'calm', icon: CircleMinus, word: 'Retired' },
};

const CHANGE_STATES: Record<ChangeState, Look> = {
  proposed: { tone: 'info', icon: PenLine, word: 'Proposed' },
  applied: { tone: 'pass', icon: CircleCheck, word: 'Applied' },
  withdrawn: { tone: 'calm', icon: Undo2, word: 'Withdrawn' },
};

const ALERTS: Record<AlertState, Look> = {
  open: { tone: 'fail', icon: BellRing, word: 'Open' },
  acknowledged: { tone: 'warn', icon: Clock, word: 'In hand' },
  resolved: { tone: 'calm', icon: CircleCheck, word: 'Resolved' },
};

const SWEEPS: Record<SweepVerdict, Look> = {
  COMPLETE: { tone: 'pass', icon: CircleCheck, word: 'Complete' },
  PARTIAL: { tone: 'warn', icon: TriangleAlert, word: 'Partial' },
  FAILED: { tone: 'fail', icon: CircleX, word: 'Failed' },
};

const CREDENTIALS: Record<CredentialState, Look> = {
  live: { tone: 'pass', icon: CircleCheck, word: 'Live' },
  expired: { tone: 'calm', icon: Clock, word: 'Expired' },
  dead: { tone: 'fail', icon: Ban, word: 'Dead' },
  unknown: { tone: 'warn', icon: CircleHelp, word: 'Unknown' },
};

const OUTCOMES: Record<Outcome, Look> = {
  granted: { tone: 'pass', icon: CircleCheck, word: 'Granted' },
  refused: { tone: 'fail', icon: Ban, word: 'Refused' },
};

const PROBES: Record<ProbeOutcome, Look> = {
  REFUSED: { tone: 'pass', icon: Ban, word: 'Refused' },
  ACCEPTED: { tone: 'fail', icon: TriangleAlert, word: 'Accepted' },
  NOT_EVALUABLE: { tone: 'warn', icon: CircleHelp, word: 'Not evaluable' },
};

/** A word that this console does not know yet is shown as it came. */
const show = (looks: Record<string, Look>, value: string) => {
  const look = looks[value] ?? { tone: 'calm' as const, icon: CircleHelp, word: value };
  return (
    <Badge tone={look.tone} icon={look.icon}>
      {look.word}
    </Badge>
  );
};

export const VerdictBadge = ({ value }: { value: Verdict }) => show(VERDICTS, value);
export const IdentityStateBadge = ({ value }: { value: IdentityState }) => show(IDENTITY_STATES, value);
export const AlertBadge = ({ value }: { value: AlertState }) => show(ALERTS, value);
export const ChangeStateBadge = ({ value }: { value: ChangeState }) => show(CHANGE_STATES, value);
export const SweepBadge = ({ value }: { value: SweepVerdict }) => show(SWEEPS, value);
export const CredentialBadge = ({ value }: { value: CredentialState }) => show(CREDENTIALS, value);
export const OutcomeBadge = ({ value }: { value: Outcome }) => show(OUTCOMES, value);
export const ProbeBadge = ({ value }: { value: ProbeOutcome }) => show(PROBES, value);

export const LockBadge = ({ lifted }: { lifted: boolean }) => (
  <Badge tone={lifted ? 'calm' : 'fail'} icon={lifted ? LockOpen : LockIcon}>
    {lifted ? 'Lifted' : 'Locked'}
  </Badge>
);
