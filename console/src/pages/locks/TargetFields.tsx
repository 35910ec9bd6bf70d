import type { LockTargetKind } from '../../api/types.ts';
import { Field } from '../../components/Field.tsx';

/** What the id of each kind of target looks like. */
const KINDS: Record<LockTargetKind, string> = {
  identity: 'Identity: idn_…',
  credential: 'Credential: the index of its entry',
  instance: 'Instance: ins_…',
  trust: 'Trust: tru_…',
  owner: 'Owner: per_…, everything the person owns',
  application: 'Application: app_…, everything that works for it',
  agent: 'Agent: agt_…',
};

export const LOCK_KINDS = Object.keys(KINDS);

export function TargetFields() {
  return (
    <>
      <Field label="Kind">
        {(id) => (
          <select id={id} name="kind" className="input">
            {Object.entries(KINDS).map(([kind, says]) => (
              <option key={kind} value={kind}>
                {says}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Id">
        {(id) => <input id={id} name="target" className="input input-code" required maxLength={200} />}
      </Field>
    </>
  );
}
