import { Field } from '../../components/Field.tsx';
import { canUsePasskeys } from '../../lib/webauthn.ts';

export type KeyType = 'passkey' | 'ed25519';

/** The key that will sign approvals: held by this device, or a file that `muniment` made. */
export function KeyChoice({ type, onChange }: { type: KeyType; onChange: (type: KeyType) => void }) {
  return (
    <fieldset className="choice">
      <legend>Approval key</legend>
      <label>
        <input
          type="radio"
          name="type"
          value="passkey"
          checked={type === 'passkey'}
          disabled={!canUsePasskeys()}
          onChange={() => onChange('passkey')}
        />
        A passkey on this device or a security key
      </label>
      <label>
        <input
          type="radio"
          name="type"
          value="ed25519"
          checked={type === 'ed25519'}
          onChange={() => onChange('ed25519')}
        />
        A key file (Ed25519)
      </label>
      {type === 'ed25519' && (
        <Field
          label="Public key"
          hint="SPKI, DER, base64url: what muniment person key prints. The private key stays with you."
        >
          {(id, described) => (
            <textarea
              id={id}
              name="publicKey"
              className="input input-code"
              rows={3}
              required
              aria-describedby={described}
            />
          )}
        </Field>
      )}
    </fieldset>
  );
}
