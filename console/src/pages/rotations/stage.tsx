import { CircleCheck, CircleDashed, CirclePlay, CircleSlash, TriangleAlert } from 'lucide-react';
import type { Rotation } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';

export type Stage = 'stalled' | 'overdue' | 'under-way' | 'abandoned' | 'waiting' | 'rotated';

/** Where a rotation stands, the one that wants a person first. */
export const STAGES: Stage[] = ['stalled', 'overdue', 'under-way', 'abandoned', 'waiting', 'rotated'];

export function stageOf({ run, due }: Rotation): Stage {
  if (run !== null && run.ended === null) return run.stalled === null ? 'under-way' : 'stalled';
  if (Date.parse(due) < Date.now()) return 'overdue';
  if (run?.outcome === 'abandoned') return 'abandoned';
  return run === null ? 'waiting' : 'rotated';
}

const LOOKS = {
  stalled: { tone: 'fail', icon: TriangleAlert, word: 'Stalled' },
  overdue: { tone: 'fail', icon: TriangleAlert, word: 'Overdue' },
  'under-way': { tone: 'info', icon: CirclePlay, word: 'Under way' },
  abandoned: { tone: 'warn', icon: CircleSlash, word: 'Abandoned' },
  waiting: { tone: 'calm', icon: CircleDashed, word: 'Not yet rotated' },
  rotated: { tone: 'pass', icon: CircleCheck, word: 'Rotated' },
} as const;

export function StageBadge({ rotation }: { rotation: Rotation }) {
  const { tone, icon, word } = LOOKS[stageOf(rotation)];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}
