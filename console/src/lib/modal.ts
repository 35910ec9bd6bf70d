import { type RefObject, type SyntheticEvent, useLayoutEffect, useRef } from 'react';

interface Modal {
  ref: RefObject<HTMLDialogElement | null>;
  onCancel: (event: SyntheticEvent) => void;
  onClose: () => void;
}

/**
 * Opens a `dialog` as a modal for as long as it is drawn, and closes it while it still stands in the page: only then does the
 * browser give the focus back. Escape is answered at its `cancel`: `close` is told later, and a key pressed meanwhile would
 * open what is about to go.
 */
export function useModal(onLeave: () => void): Modal {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return {
    ref,
    onCancel: (event) => {
      event.preventDefault();
      onLeave();
    },
    onClose: () => {
      if (!ref.current?.open) onLeave();
    },
  };
}
