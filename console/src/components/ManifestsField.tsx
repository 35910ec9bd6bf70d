import { FileUp, FolderUp, type LucideIcon } from 'lucide-react';
import { type ChangeEvent, useId, useState } from 'react';
import { joined, MANIFESTS_MAX_CHARACTERS } from '../lib/manifests.ts';
import './button.css';
import { Field } from './Field.tsx';
import './manifests.css';

interface Props {
  value: string;
  onEdit: (manifests: string) => void;
  rows?: number;
}

/** Manifests, pasted or read from files or a folder of this machine; nothing is sent before somebody asks for it. */
export function ManifestsField({ value, onEdit, rows = 18 }: Props) {
  const [said, setSaid] = useState('');
  const read = async (files: File[]) => {
    const text = await joined(files);
    setSaid(text === '' ? 'There is no YAML file among them.' : '');
    if (text !== '') onEdit(text);
  };
  return (
    <>
      <div className="row">
        <Chooser label="Choose files" icon={FileUp} onFiles={read} />
        <Chooser label="Choose a folder" icon={FolderUp} onFiles={read} folder />
        <span className="muted" role="status">
          {said}
        </span>
      </div>
      <Field
        label="Manifests"
        hint="YAML, several documents separated by a line of three hyphens. Unknown keys are refused by their path."
      >
        {(id, described) => (
          <textarea
            id={id}
            className="input input-code"
            rows={rows}
            required
            maxLength={MANIFESTS_MAX_CHARACTERS}
            spellCheck={false}
            aria-describedby={described}
            value={value}
            onChange={(event) => onEdit(event.target.value)}
          />
        )}
      </Field>
    </>
  );
}

interface ChooserProps {
  label: string;
  icon: LucideIcon;
  onFiles: (files: File[]) => Promise<void>;
  folder?: boolean;
}

/** The browser's own chooser, which speaks in the browser's words, behind a label that looks like our buttons. */
function Chooser({ label, icon: Icon, onFiles, folder = false }: ChooserProps) {
  const id = useId();
  const choose = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const files = [...(target.files ?? [])];
    // The same file chosen again is read again.
    target.value = '';
    await onFiles(files);
  };
  return (
    <span className="chooser">
      <input
        id={id}
        type="file"
        className="sr-only"
        multiple
        {...(folder ? { webkitdirectory: '' } : { accept: '.yaml,.yml' })}
        onChange={(event) => void choose(event)}
      />
      <label htmlFor={id} className="button button-plain">
        <Icon size={15} aria-hidden />
        {label}
      </label>
    </span>
  );
}
