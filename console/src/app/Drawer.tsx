import { useLocation } from '@tanstack/react-router';
import { Menu, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Navigation } from './Navigation.tsx';

/** The navigation where there is no room beside the page. */
export function Drawer() {
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  // Whoever went to a page wants to see it.
  useEffect(() => {
    if (pathname !== '') setOpen(false);
  }, [pathname]);
  return (
    <div className="drawer-way">
      <Button look="quiet" icon={Menu} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Menu
      </Button>
      {open && <DrawerDialog onClose={() => setOpen(false)} />}
    </div>
  );
}

function DrawerDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="drawer" aria-label="Menu" onClose={onClose}>
      <button
        type="button"
        className="dialog-close drawer-close"
        aria-label="Close"
        onClick={() => dialog.current?.close()}
      >
        <X size={16} aria-hidden />
      </button>
      <Navigation />
    </dialog>
  );
}
