import { getRouteApi } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { Button } from '../../components/Button.tsx';
import { dayOf, type Period, startOf } from './period.ts';
import '../../components/filters.css';

const route = getRouteApi('/house/evidence');

/** The period that is judged; `shown` is what the server took where nobody chose. */
export function PeriodForm({ shown }: { shown: Period }) {
  const navigate = route.useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const period = { from: startOf(form.get('from')), to: startOf(form.get('to')) };
    void navigate({ search: (now) => ({ ...now, ...period }) });
  };
  return (
    <form className="filters" onSubmit={submit} key={`${shown.from} ${shown.to}`} aria-label="Period">
      <label className="select">
        <span>From</span>
        <input name="from" type="date" className="input" defaultValue={dayOf(shown.from)} />
      </label>
      <label className="select">
        <span>up to, not with</span>
        <input name="to" type="date" className="input" defaultValue={dayOf(shown.to)} />
      </label>
      <Button type="submit">Judge this period</Button>
    </form>
  );
}
