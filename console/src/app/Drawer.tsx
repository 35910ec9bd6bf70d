import { useLocation } from '@tanstack/react-router';
import { Menu, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../components/Button.tsx';
import { useModal } from '../lib/modal.ts';
import '../components/dialog.css';
import { Navigation } from './Navigation.tsx';

/** The navigation where there is no room beside the page. */
export function Drawer() {
  const { pathname } = useLocation();
  // Whoever went to a page wants to see it: the drawer is gone with the page that it was opened on, before the next takes the focus.
  const [openOn, setOpenOn] = useState<string>();
  useEffect(() => {
    setOpenOn((page) => (page === pathname ? page : undefined));
  }, [pathname]);
  return (
    <div className="drawer-way">
      <Button look="quiet" icon={Menu} aria-haspopup="dialog" onClick={() => setOpenOn(pathname)}>
        Menu
      </Button>
      {openOn === pathname && <DrawerDialog onClose={() => setOpenOn(undefined)} />}
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
