import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { putSource } from '../../api/actions.ts';
import { sourceTypesQuery } from '../../api/queries.ts';
import type { SourceType } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Field } from '../../components/Field.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Notice, ProblemNotice } from '../../components/Notice.tsx';
import { plural } from '../../lib/format.ts';
import { fieldsOf, readForm, type SettingField } from './settings.ts';
import './sources.css';

const HOUR_SECONDS = 3_600;
const EVERY = [
  { label: 'Only when asked', hours: 0 },
  { label: 'Every hour', hours: 1 },
  { label: 'Every 6 hours', hours: 6 },
  { label: 'Every day', hours: 24 },
];
const EVERY_DEFAULT_HOURS = 24;

/** What a source of one type takes: its settings as its own schema tells them, and its secrets, which go in and never come back. */
export function AddSource({ onClose }: { onClose: () => void }) {
  const types = useQuery(sourceTypesQuery);
  return (
    <Dialog title="Add a source" onClose={onClose}>
      <Loaded query={types}>{({ items }) => <Form types={items} onClose={onClose} />}</Loaded>
    </Dialog>
  );
}

function Form({ types, onClose }: { types: SourceType[]; onClose: () => void }) {
  const [word, setWord] = useState(types.find(({ type }) => type !== 'host')?.type ?? '');
  const type = types.find((each) => each.type === word);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const add = useMutation({
    mutationFn: ({ source, form }: { source: string; form: FormData }) => {
      if (type === undefined) throw new Error('no type is chosen');
      const hours = Number(form.get('every'));
      return putSource(source, {
        type: word,
        ...readForm(type, form),
        everySeconds: hours === 0 ? null : hours * HOUR_SECONDS,
      });
    },
    onSuccess: async (_, { source }) => {
      await queryClient.invalidateQueries();
      onClose();
      await navigate({ to: '/sources/$source', params: { source } });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    add.mutate({ source: String(form.get('source')), form });
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field label="Type">
        {(id) => (
          <select id={id} className="input" value={word} onChange={(event) => setWord(event.target.value)}>
            {types.map(({ type, title }) => (
              <option key={type} value={type}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Field>
      {type && type.hostSettings.length > 0 && <OnHost type={type} />}
      <Field label="Name" hint="It begins the key of everything that is seen there, e.g. aws-production.">
        {(id, described) => (
          <input
            id={id}
            name="source"
            className="input"
            required
            maxLength={63}
            pattern="[a-z][a-z0-9\-]*"
            autoComplete="off"
            aria-describedby={described}
          />
        )}
      </Field>
      {type && <Settings key={word} fields={fieldsOf(type).filter(({ required }) => required)} />}
      {type?.secrets.map(({ name, about, optional }) => (
        <Field key={`${word} ${name}`} label={`Secret: ${name}`} hint={about}>
          {(id, described) => (
            <textarea
              id={id}
              name={`secret:${name}`}
              className="input"
              rows={2}
              required={!optional}
              autoComplete="off"
              spellCheck={false}
              aria-describedby={described}
            />
          )}
        </Field>
      ))}
      {type && (
        <Optional key={`${word} optional`} fields={fieldsOf(type).filter((field) => !field.required)} />
      )}
      <Field label="Swept">
        {(id) => (
          <select id={id} name="every" className="input" defaultValue={EVERY_DEFAULT_HOURS}>
            {EVERY.map(({ label, hours }) => (
              <option key={hours} value={hours}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {add.isError && <ProblemNotice error={add.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" icon={Plus} busy={add.isPending}>
          Add it
        </Button>
      </div>
    </form>
  );
}

/** What names a place on the server's host is for somebody on that host to say. */
const OnHost = ({ type: { type, hostSettings } }: { type: SourceType }) => (
  <Notice tone="info">
    <p>
      <code>{hostSettings.join(', ')}</code> name places on the server’s host. Where they are needed, add the
      source there: <code>muniment source add NAME --type {type} --set …</code>
    </p>
  </Notice>
);

const Settings = ({ fields }: { fields: SettingField[] }) =>
  fields.map((field) => <Setting key={field.name} field={field} />);

/** Folded, so that what must be given is seen at a glance. */
const Optional = ({ fields }: { fields: SettingField[] }) =>
  fields.length > 0 && (
    <details className="optional">
      <summary>{plural(fields.length, 'optional setting')}</summary>
      <div className="form">
        <Settings fields={fields} />
      </div>
    </details>
  );

const HINTS: Record<SettingField['kind'], string> = {
  text: '',
  number: 'A number.',
  flag: '',
  list: 'One on each line.',
  json: 'JSON.',
};

function Setting({ field: { name, kind, required, about } }: { field: SettingField }) {
  const hint = [about, HINTS[kind]].filter((part) => part !== '').join(' ');
  return (
    <Field label={name} {...(hint === '' ? {} : { hint })}>
      {(id, described) =>
        kind === 'flag' ? (
          <select id={id} name={`setting:${name}`} className="input" aria-describedby={described}>
            <option value="">As it is by itself</option>
            <option value="true">Yes</option>
            <option value="false">No</option>
          </select>
        ) : kind === 'list' || kind === 'json' ? (
          <textarea
            id={id}
            name={`setting:${name}`}
            className="input"
            rows={2}
            required={required}
            aria-describedby={described}
          />
        ) : (
          <input
            id={id}
            name={`setting:${name}`}
            className="input"
            type={kind === 'number' ? 'number' : 'text'}
            required={required}
            autoComplete="off"
            aria-describedby={described}
          />
        )
      }
    </Field>
  );
}
