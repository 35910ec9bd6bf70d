export { attestCertificate, type CertificateSources } from './certificate.ts';
export { checkedClaims } from './facts.ts';
export { matchingTrusts } from './match.ts';
export type { AgentAttestation, Attestation } from './model.ts';
export { insertToken } from './queries.ts';
export { attestToken, checkDeadline, consumeToken, hashOfToken, newJoinToken } from './token.ts';
export { attestUnix } from './unix.ts';
