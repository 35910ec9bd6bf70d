/** Small valid drafts for tests of the log. */
import type { RequestRecord } from '#verifier';
import type { Draft } from '../../src/store/index.ts';

export const lockPlaced = (lock: string, identity: string): Draft => ({
  kind: 'lock.placed',
  subject: lock,
  actor: 'sys',
  data: { lock, target: { kind: 'identity', id: identity }, reason: 'test' },
});

export const lockLifted = (lock: string): Draft => ({
  kind: 'lock.lifted',
  subject: lock,
  actor: 'sys',
  data: { lock, reason: 'test' },
});

/** An entry that leaves no row and that no decision looks at. */
export const sessionEnded = (person: string, reason = 'test'): Draft => ({
  kind: 'session.ended',
  subject: person,
  actor: person,
  data: { person, reason },
});

const request = (identity: string): RequestRecord => ({
  request: 'req_test',
  door: 'agent',
  action: 'issue-x509-svid',
  identity,
  trust: 'tru_test',
  agent: null,
  instance: 'ins_test',
  method: 'unix',
  attested: { uid: 1000 },
  claimed: {},
  requestedTtlSeconds: null,
  address: null,
});

export const granted = (identity: string): Draft => ({
  kind: 'credential.granted',
  subject: identity,
  actor: 'sys',
  data: {
    request: request(identity),
    decision: { effect: 'allow', policySet: '00', determining: [], rule: 'permit', reason: 'test' },
    credential: {
      type: 'x509-svid',
      subject: `spiffe://example.test/${identity}`,
      keyHash: '00',
      audience: [],
      notBefore: '2026-01-01T00:00:00.000Z',
      notAfter: '2099-01-01T00:00:00.000Z',
      ttlSeconds: 600,
      shortened: false,
      issuer: 'key_test',
    },
  },
});

export const refused = (identity: string): Draft => ({
  kind: 'credential.refused',
  subject: identity,
  actor: 'sys',
  data: {
    request: request(identity),
    decision: { effect: 'deny', policySet: '00', determining: [], rule: 'lock', reason: 'test' },
    code: 'locked',
  },
});

export const tokenCreated = (token: string): Draft => ({
  kind: 'token.created',
  subject: token,
  actor: 'sys',
  data: { token, trust: 'tru_test', agentName: 'agent', deadline: '2099-01-01T00:00:00.000Z' },
});

export const agentJoined = (agent: string, token: string): Draft => ({
  kind: 'agent.joined',
  subject: agent,
  actor: agent,
  data: { agent, name: 'agent', instance: `ins_${agent}`, token, keyHash: '00' },
});

export const findingOpened = (finding: string, title: string): Draft => ({
  kind: 'finding.opened',
  subject: finding,
  actor: 'sys',
  data: { finding, rule: 'test', subject: 'idn_test', title, due: '2026-12-31T00:00:00.000Z' },
});
