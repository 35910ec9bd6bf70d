import { LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import './button.css';

interface Props extends ComponentProps<'button'> {
  look?: 'plain' | 'primary' | 'danger' | 'quiet';
  icon?: LucideIcon;
  /** True while its work runs: it says so and takes no second click. */
  busy?: boolean;
}

export function Button({ look = 'plain', icon: Icon, busy = false, children, ...rest }: Props) {
  const Shown = busy ? LoaderCircle : Icon;
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${look}`}
      aria-busy={busy}
      disabled={rest.disabled === true || busy}
    >
      {Shown && <Shown size={15} aria-hidden className={busy ? 'spin' : undefined} />}
      {children}
    </button>
  );
}
