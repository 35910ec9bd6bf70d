import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { History } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { Field } from '../components/Field.tsx';
import { formatNumber, formatTime } from '../lib/format.ts';
import { asUtc } from '../lib/utc.ts';
import { useWhen, type When } from '../lib/when.ts';

const isSize = (knownAt: string): boolean => /^\d+$/.test(knownAt);

function sentenceOf({ asOf, knownAt }: When): string {
  const truth = asOf ? `what was true at ${formatTime(asOf)}` : 'what holds';
  if (knownAt === undefined) return `You see ${truth}.`;
  const known = isSize(knownAt)
    ? `after ${formatNumber(Number(knownAt))} entries`
    : `at ${formatTime(knownAt)}`;
  return `You see ${truth}, as it was known ${known}.`;
}

/** These ask for something now, or are about one fact that does not change: the moment does not change them. */
const NOW = /^\/(account|break-glass|changes\/new|check|drift|search|alerts\/.+|ledger\/.+)$/;

/** Says on every page that it shows another moment than now, or that it does not, and leads back. */
export function MomentBanner() {
  const when = useWhen();
  const { pathname } = useLocation();
  if (when.asOf === undefined && when.knownAt === undefined) return null;
  return (
    <div className="moment" role="status">
      <History size={15} aria-hidden />
      <span className="moment-says">
        {NOW.test(pathname)
          ? 'This page does not follow the moment that you look at: it shows what is known now.'
          : sentenceOf(when)}
      </span>
      <Link to="." search={(now) => ({ ...now, asOf: undefined, knownAt: undefined })}>
        Back to now
      </Link>
    </div>
  );
}

/** `1 Mar 2026, 09:00:00 UTC`, or where that is not given the moment of knowledge. */
function shortOf({ asOf, knownAt }: When): string | undefined {
  const moment = asOf ?? knownAt;
  if (moment === undefined) return undefined;
  return isSize(moment) ? `after ${formatNumber(Number(moment))} entries` : formatTime(moment);
}

/** In the header of every page: the moment that is looked at, and the way to another. */
export function MomentButton() {
  const [open, setOpen] = useState(false);
  const short = shortOf(useWhen());
  return (
    <>
      <Button
        look={short ? 'plain' : 'quiet'}
        icon={History}
        aria-haspopup="dialog"
        title="As of which moment pages show the house"
        onClick={() => setOpen(true)}
      >
        <span className="moment-now">{short ?? 'As of now'}</span>
        <span className="sr-only">: look at another moment</span>
      </Button>
      {open && <MomentDialog onClose={() => setOpen(false)} />}
    </>
  );
}

const asField = (time: string | undefined): string | undefined =>
  time === undefined || isSize(time) ? undefined : time.slice(0, 16);

function MomentDialog({ onClose }: { onClose: () => void }) {
  const when = useWhen();
  const navigate = useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [asOf, knownAt] = [asUtc(form.get('asOf')), asUtc(form.get('knownAt'))];
    onClose();
    void navigate({ to: '.', search: (now) => ({ ...now, cursor: undefined, asOf, knownAt }) });
  };
  return (
    <Dialog title="Look at another moment" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p className="second">
          Every fact has two times: when it was true, and when this house knew it. Both in UTC. The moment
          stays from page to page until you go back to now.
        </p>
        <Moments when={when} />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary">
            Look
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const Moments = ({ when }: { when: When }) => (
  <>
    <Field label="True at" hint="Empty: now.">
      {(id, described) => (
        <input
          id={id}
          name="asOf"
          type="datetime-local"
          className="input"
          defaultValue={asField(when.asOf)}
          aria-describedby={described}
        />
      )}
    </Field>
    <Field label="Known at" hint="Empty: all that is known. An entry’s page offers the moment of that entry.">
      {(id, described) => (
        <input
          id={id}
          name="knownAt"
          type="datetime-local"
          className="input"
          defaultValue={asField(when.knownAt)}
          aria-describedby={described}
        />
      )}
    </Field>
  </>
);
