import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import './empty.css';

/** Nothing to show: what would stand here, and what to do next. */
export function Empty({
  icon: Icon,
  title,
  children,
}: {
  icon: LucideIcon;
  title: string;
  children: ReactNode;
}) {
  return (
    <div className="empty">
      <Icon size={22} strokeWidth={1.5} aria-hidden />
      <p className="empty-title">{title}</p>
      <div className="empty-next">{children}</div>
    </div>
  );
}
