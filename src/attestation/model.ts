import type { Facts, Rows } from '#verifier';

/** One proof, presented and checked. Each method makes one of these, and nothing else makes any. */
export interface Attestation {
  method: 'token' | 'unix' | 'certificate';
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
