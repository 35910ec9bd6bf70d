import type { Facts, JoinMethod, Rows } from '#verifier';

/** One proof, presented and checked. Each method makes one of these, and nothing else makes any. */
export interface Attestation {
  method: JoinMethod | 'certificate';
  facts: Facts;
  /** The only trust that this proof can satisfy; absent where the facts decide. */
  trust?: string;
}

/** What a join token stands for, once it was found by its hash. */
export interface TokenAttestation extends Attestation {
  token: Rows['token'];
}

/** An agent that showed its certificate: who it is, and the entry that its certificate names. */
export interface AgentAttestation extends Attestation {
  agent: Rows['agent'];
  credential: Rows['credential'];
}

/** An OAuth client that proved itself by an assertion. */
export interface ClientAttestation extends Attestation {
  /** Its client id, which is a SPIFFE ID. */
  client: string;
  /** Names the assertion among those of its client; null where it may be shown more than once. */
  once: { name: string; ends: string } | null;
}

/** A workload that showed a JWT-SVID of ours, and the grant that it names. */
export interface SvidAttestation extends ClientAttestation {
  credential: Rows['credential'];
}
