import { Check, Copy as CopyIcon } from 'lucide-react';
import { useState } from 'react';
import { shorten } from '../lib/format.ts';
import './copy.css';

/** A digest, key or id: shortened to the eye, whole to the clipboard and to a screen reader. */
export function Copy({ value, label, whole = false }: { value: string; label: string; whole?: boolean }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <span className="copy">
      <code className={whole ? 'copy-whole' : ''} title={value}>
        {whole ? value : shorten(value)}
      </code>
      <button type="button" className="copy-button" onClick={copy} aria-label={`Copy ${label}`}>
        {copied ? <Check size={13} aria-hidden /> : <CopyIcon size={13} aria-hidden />}
      </button>
      <span className="sr-only" role="status">
        {copied ? `${label} copied` : ''}
      </span>
    </span>
  );
}
