import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { words } from '../lib/format.ts';
import './field.css';
import './filters.css';

const TYPING_PAUSE_MS = 250;

interface SearchProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** A search box that waits for a pause in typing. `/` reaches it from anywhere on the page. */
export function SearchBox({ label, value = '', onChange }: SearchProps) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text === '' ? undefined : text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  useEffect(() => {
    const reach = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof Element && event.target.closest('input, textarea, select, dialog');
      if (event.key !== '/' || typing) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', reach);
    return () => document.removeEventListener('keydown', reach);
  }, []);
  return (
    <div className="search">
      <Search size={15} aria-hidden />
      <input
        ref={input}
        type="search"
        className="input"
        aria-label={label}
        placeholder={`${label}  /`}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string | undefined;
  options: Array<string | { value: string; label: string }>;
  onChange: (value: string | undefined) => void;
  /** True where one of them always holds. */
  always?: boolean;
}

/** One filter; its first choice is "any", unless one always holds. */
export function Select({ label, value = '', options, onChange, always = false }: SelectProps) {
  return (
    <label className="select">
      <span>{label}</span>
      <select className="input" value={value} onChange={(event) => onChange(event.target.value || undefined)}>
        {!always && <option value="">Any</option>}
        {options.map((option) => {
          const { value: key, label: text } =
            typeof option === 'string' ? { value: option, label: words(option) } : option;
          return (
            <option key={key} value={key}>
              {text}
            </option>
          );
        })}
      </select>
    </label>
  );
}
