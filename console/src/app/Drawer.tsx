import { useLocation } from '@tanstack/react-router';
import { Menu, X } from 'lucide-react';
import { useLayoutEffect, useState } from 'react';
import { Button } from '../components/Button.tsx';
import { useModal } from '../lib/modal.ts';
import '../components/dialog.css';
import { Navigation } from './Navigation.tsx';

/** The navigation where there is no room beside the page. */
export function Drawer() {
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  // Whoever went to a page wants to see it. Before the page takes the focus: under an open dialog it could not.
  useLayoutEffect(() => {
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
  return (
    <dialog {...useModal(onClose)} className="drawer" aria-label="Menu">
      <button type="button" className="dialog-close drawer-close" aria-label="Close" onClick={onClose}>
        <X size={16} aria-hidden />
      </button>
      <Navigation />
    </dialog>
  );
}
