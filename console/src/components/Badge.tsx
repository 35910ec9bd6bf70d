import type { LucideIcon } from 'lucide-react';
import './badge.css';

export type Tone = 'pass' | 'fail' | 'warn' | 'calm' | 'info';

/** A state: never by colour alone, always with an icon and a word. */
export function Badge({ tone, icon: Icon, children }: { tone: Tone; icon: LucideIcon; children: string }) {
  return (
    <span className={`badge badge-${tone}`}>
      <Icon size={13} strokeWidth={2.25} aria-hidden />
      {children}
    </span>
  );
}
