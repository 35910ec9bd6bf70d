import type { Presented } from '../../api/actions.ts';
import { Field } from '../../components/Field.tsx';

/** What a credential is known by. */
export type Way = keyof Presented | 'fingerprint';

const WAYS: Record<Way, { label: string; hint: string; rows: number; max: number }> = {
  certificate: {
    label: 'Certificate (PEM)',
    hint: 'From BEGIN to END. Never paste a private key.',
    rows: 8,
    max: 65_536,
  },
  jwt: { label: 'JWT', hint: 'It is sent to this server only, and is not kept.', rows: 5, max: 16_384 },
  serial: {
    label: 'Serial number',
    hint: 'Hexadecimal, as openssl x509 -serial prints it.',
    rows: 1,
    max: 200,
  },
  jti: { label: 'Token id (jti)', hint: 'The jti claim of a JWT.', rows: 1, max: 200 },
  fingerprint: {
    label: 'Fingerprint of its key',
    hint: 'SHA-256 of the public key (SPKI, DER): 64 hexadecimal digits in lower case.',
    rows: 1,
    max: 64,
  },
};

export const WayField = ({ way, onChange }: { way: Way; onChange: (way: Way) => void }) => (
  <Field label="Known by">
    {(id) => (
      <select id={id} className="input" value={way} onChange={({ target }) => onChange(target.value as Way)}>
        {Object.entries(WAYS).map(([value, { label }]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    )}
  </Field>
);

export function ShownField({ way }: { way: Way }) {
  const { label, hint, rows, max } = WAYS[way];
  return (
    <Field label={label} hint={hint}>
      {(id, described) => (
        <textarea
          id={id}
          name="shown"
          className="input input-code"
          rows={rows}
          required
          maxLength={max}
          spellCheck={false}
          autoComplete="off"
          aria-describedby={described}
        />
      )}
    </Field>
  );
}
