import { type ReactNode, useId } from 'react';
import './field.css';

interface Props {
  label: string;
  hint?: string;
  children: (id: string, described: string | undefined) => ReactNode;
}

/** A label, what is expected, and the control, joined for assistive technology. */
export function Field({ label, hint, children }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, hint === undefined ? undefined : `${id}-hint`)}
      {hint && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
