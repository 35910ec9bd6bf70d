import { checkedFacts, isNumber, isText, isTextList } from './facts.ts';
import type { Attestation } from './model.ts';

const SHA256 = /^[0-9a-f]{64}$/;
const PATH_MAX_BYTES = 4095;
const PROOFS = ['pidfd', 'pid'];

const isPath = (value: unknown): boolean =>
  isText(value) && String(value).startsWith('/') && Buffer.byteLength(String(value)) <= PATH_MAX_BYTES;

/** What an agent can prove about a process of its host. `proof` says how the process was held fast while it was looked at. */
const SHAPE = {
  uid: isNumber,
  gid: isNumber,
  pid: isNumber,
  proof: (value: unknown) => PROOFS.includes(value as string),
  path: isPath,
  sha256: (value: unknown) => typeof value === 'string' && SHA256.test(value),
  user: isText,
  group: isText,
  groups: isTextList,
} as const;

/** Takes the facts that a joined agent attested about a process. Throws `attestation_refused` on any other name or type. */
export const attestUnix = (input: unknown): Attestation => ({
  method: 'unix',
  facts: checkedFacts(input, SHAPE, 'attestation_refused'),
});
