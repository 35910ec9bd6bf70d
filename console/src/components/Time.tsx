import { formatAgo, formatTime } from '../lib/format.ts';

/** A moment: how long ago, with the exact UTC time behind it; or the exact time itself. */
export function Time({ value, exact = false }: { value: string | null | undefined; exact?: boolean }) {
  if (!value) return <span className="muted">never</span>;
  return (
    <time dateTime={value} title={exact ? value : formatTime(value)} className="nowrap">
      {exact ? formatTime(value) : formatAgo(value)}
    </time>
  );
}
