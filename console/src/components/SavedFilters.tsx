import { Link, useSearch } from '@tanstack/react-router';
import { Bookmark, Trash2 } from 'lucide-react';
import { type FormEvent, useId } from 'react';
import { useStored } from '../lib/stored.ts';
import { Button } from './Button.tsx';
import { Menu } from './Menu.tsx';

type Search = Record<string, string>;
type Saved = Record<string, Search>;

const NAME_MAX_CHARACTERS = 60;
/** Where one is, and at which moment, is no part of a filter. */
const NOT_FILTERS = ['cursor', 'before', 'asOf', 'knownAt'];

const isSearch = (value: unknown): value is Search =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((each) => typeof each === 'string');

const asSaved = (value: unknown): Saved | undefined =>
  typeof value === 'object' && value !== null && Object.values(value).every(isSearch)
    ? (value as Saved)
    : undefined;

const filtersIn = (search: object): Search =>
  Object.fromEntries(
    Object.entries(search).filter(
      ([name, value]) => typeof value === 'string' && !NOT_FILTERS.includes(name),
    ),
  );

/** Filters by name, kept on this machine; each is a link with the filters in its address. */
export function SavedFilters({ table }: { table: string }) {
  const [saved = {}, keep] = useStored(`filters-${table}`, asSaved);
  const search = filtersIn(useSearch({ strict: false }));
  const names = Object.keys(saved).sort();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name')).trim();
    event.currentTarget.reset();
    if (name !== '') keep({ ...saved, [name]: search });
  };
  const drop = (name: string) =>
    keep(Object.fromEntries(Object.entries(saved).filter(([key]) => key !== name)));
  return (
    <Menu label="Saved filters" icon={Bookmark}>
      {names.length === 0 && <p className="muted">None is saved on this machine.</p>}
      {names.map((name) => (
        <div key={name} className="menu-line">
          <Link to="." search={saved[name] as never} className="name">
            {name}
          </Link>
          <Button look="quiet" icon={Trash2} aria-label={`Forget ${name}`} onClick={() => drop(name)} />
        </div>
      ))}
      <SaveForm empty={Object.keys(search).length === 0} onSubmit={submit} />
    </Menu>
  );
}

function SaveForm({
  empty,
  onSubmit,
}: {
  empty: boolean;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}) {
  const id = useId();
  if (empty) return <p className="muted">Set a filter to save it under a name.</p>;
  return (
    <form className="menu-form" onSubmit={onSubmit}>
      <label htmlFor={id} className="sr-only">
        Name of these filters
      </label>
      <input
        id={id}
        name="name"
        className="input"
        placeholder="Name of these filters"
        required
        maxLength={NAME_MAX_CHARACTERS}
      />
      <Button type="submit">Save</Button>
    </form>
  );
}
