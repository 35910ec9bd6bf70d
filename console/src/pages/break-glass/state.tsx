import { CircleCheck, CircleX, Clock, Hourglass, Mail, TriangleAlert } from 'lucide-react';
import type { BreakGlassKey } from '../../api/types.ts';
import { Badge } from '../../components/Badge.tsx';

const LOOKS = {
  overdue: { tone: 'fail', icon: TriangleAlert, word: 'Review overdue' },
  waiting: { tone: 'warn', icon: Clock, word: 'Review due' },
  'laid-away': { tone: 'info', icon: Mail, word: 'Laid away' },
  ended: { tone: 'calm', icon: Hourglass, word: 'Ended unused' },
  justified: { tone: 'pass', icon: CircleCheck, word: 'Justified' },
  'not-justified': { tone: 'fail', icon: CircleX, word: 'Not justified' },
} as const;

export type KeyState = keyof typeof LOOKS;

/** What needs a person first. */
export const KEY_STATES = Object.keys(LOOKS) as KeyState[];

const isPast = (time: string): boolean => Date.parse(time) < Date.now();

export function keyState({ until, used }: BreakGlassKey): KeyState {
  if (used?.reviewed) return used.reviewed.outcome;
  if (used) return isPast(used.due) ? 'overdue' : 'waiting';
  return until === null || isPast(until) ? 'ended' : 'laid-away';
}

export const KEY_CHOICES = KEY_STATES.map((value) => ({ value, label: LOOKS[value].word }));

export function KeyBadge({ value }: { value: KeyState }) {
  const { tone, icon, word } = LOOKS[value];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}
