import { ChevronDown, type LucideIcon } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import './button.css';
import './menu.css';

interface Props {
  label: string;
  icon: LucideIcon;
  children: ReactNode;
}

/** A button with what it opens under it, on the browser's own `details`. Escape, or a click elsewhere, closes it. */
export function Menu({ label, icon: Icon, children }: Props) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const leave = ({ target }: Event) => {
      if (target instanceof Node && !menu.current?.contains(target)) menu.current?.removeAttribute('open');
    };
    document.addEventListener('pointerdown', leave);
    document.addEventListener('focusin', leave);
    return () => {
      document.removeEventListener('pointerdown', leave);
      document.removeEventListener('focusin', leave);
    };
  }, []);
  const close = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    menu.current?.removeAttribute('open');
    menu.current?.querySelector('summary')?.focus();
  };
  return (
    <details ref={menu} className="menu" onKeyDown={close}>
      <summary className="button button-plain">
        <Icon size={15} aria-hidden />
        {label}
        <ChevronDown size={13} aria-hidden />
      </summary>
      <div className="menu-box">{children}</div>
    </details>
  );
}
