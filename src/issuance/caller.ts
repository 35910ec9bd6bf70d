import type { Rows } from '#verifier';
import type { Attestation } from '../attestation/index.ts';
import type { Tx, View } from '../store/index.ts';
import type { Objection } from './standing.ts';

/** Who asks and for whom, after every proof was checked. */
export interface Caller {
  attestation: Attestation;
  /** The agent that asks; null while it is only joining. */
  agent: Rows['agent'] | null;
  /** Id of the agent that will have joined, or that asks; null where none is involved. */
  agentId: string | null;
  instance: string | null;
  /** What acted, as the leaf names it: the agent, the token that stands in for one, or the client's own identity. */
  actor: string;
  /** Refuses where the credential that was shown is dead. */
  dead(view: View): Objection | undefined;
  /** Refuses where the proof ended since it was looked at. */
  stillHolds(now: Date): void;
  /** Uses up a one-time proof, in a savepoint of its own; absent where there is none, for a savepoint costs two round trips. */
  consume?(tx: Tx, now: Date, granted: boolean): Promise<void>;
  /** SPIFFE ID that an OAuth client says it is; absent where its proof alone tells. */
  client?: string;
}
