import { useNavigate, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { type FormEvent, useEffect, useRef } from 'react';
import { Drawer } from './Drawer.tsx';
import { MomentButton } from './Moment.tsx';

const SEARCH_MAX_CHARACTERS = 200;

/** On every page: the way to the others, the search through all of the house, and the moment that is looked at. */
export const Topbar = () => (
  <header className="topbar">
    <Drawer />
    <GlobalSearch />
    <MomentButton />
  </header>
);

/** Ctrl or ⌘ with K reaches it from anywhere. */
function GlobalSearch() {
  const { everything } = useSearch({ strict: false });
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const reach = (event: KeyboardEvent) => {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', reach);
    return () => document.removeEventListener('keydown', reach);
  }, []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('everything')).trim();
    if (text !== '') void navigate({ to: '/search', search: { everything: text } });
  };
  return (
    <search className="topbar-search">
      <form className="search" onSubmit={submit}>
        <Search size={15} aria-hidden />
        <input
          key={everything}
          ref={input}
          name="everything"
          type="search"
          className="input"
          aria-label="Search everything"
          placeholder="Search everything"
          title="Ctrl K"
          maxLength={SEARCH_MAX_CHARACTERS}
          defaultValue={everything}
        />
      </form>
    </search>
  );
}
