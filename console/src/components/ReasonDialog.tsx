import type { LucideIcon } from 'lucide-react';
import type { FormEvent, ReactNode } from 'react';
import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';
import { Field } from './Field.tsx';
import { ProblemNotice } from './Notice.tsx';

interface Props {
  title: string;
  /** What will happen, in a sentence or two. */
  says: string;
  action: string;
  icon: LucideIcon;
  working: { isPending: boolean; error: unknown };
  onReason: (reason: string, form: FormData) => void;
  onClose: () => void;
  /** More fields, above the reason. */
  children?: ReactNode;
}

const REASON_MAX_CHARACTERS = 2000;

/** Anything that takes something away asks for a reason first; the ledger keeps it. */
export function ReasonDialog({ title, says, action, icon, working, onReason, onClose, children }: Props) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onReason(String(form.get('reason')), form);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p className="second">{says}</p>
        {children}
        <Field label="Reason" hint="Kept in the ledger with your name.">
          {(id, described) => (
            <textarea
              id={id}
              name="reason"
              className="input"
              rows={3}
              required
              maxLength={REASON_MAX_CHARACTERS}
              aria-describedby={described}
            />
          )}
        </Field>
        {working.error ? <ProblemNotice error={working.error} /> : null}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" icon={icon} busy={working.isPending}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
