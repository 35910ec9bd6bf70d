import { X } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { useModal } from '../lib/modal.ts';
import './dialog.css';

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog on the browser's own `dialog`: it traps focus, closes on Escape and gives focus back. Libraries do the
 * same with style elements made at run time, which the CSP forbids.
 */
export function Dialog({ title, onClose, children }: Props) {
  const id = useId();
  return (
    <dialog {...useModal(onClose)} className="dialog" aria-labelledby={id}>
      <header className="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="dialog-close" aria-label="Close" onClick={onClose}>
          <X size={16} aria-hidden />
        </button>
      </header>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
