import { createHash } from 'node:crypto';
import type { Action, DecidingTable, Rows, View } from '#verifier';
import type { PolicyRequest } from './request.ts';

/** Rows and requests for tests of this room. */
const DECLARED = {
  change: null,
  bootstrap: false,
  declared: '2026-01-01T00:00:00.000Z',
  entry: 1,
  retired: false,
};

export const policyRow = (name: string, cedar: string, retired = false): Rows['policy'] => ({
  ...DECLARED,
  id: `pol_${name}`,
  name,
  retired,
  spec: { description: name, cedar, version: createHash('sha256').update(cedar).digest('hex') },
});

export const profileRow = (name: string, actions: Action[], audiences?: string[]): Rows['profile'] => ({
  ...DECLARED,
  id: `prf_${name}`,
  name,
  spec: { description: name, actions, maxTtlSeconds: 3600, ...(audiences ? { audiences } : {}) },
});

export const applicationRow = (name: string): Rows['application'] => ({
  ...DECLARED,
  id: `app_${name}`,
  name,
  spec: { description: name, owner: 'per_olga', status: 'active' },
});

export const identityRow = (name: string, application: string, profile: string): Rows['identity'] => ({
  ...DECLARED,
  id: `idn_${name}`,
  name,
  state: 'active',
  ownerAccepted: '2026-01-01T00:00:00.000Z',
  spec: {
    kind: 'workload',
    purpose: 'takes payments',
    application: `app_${application}`,
    owner: 'per_olga',
    profile: `prf_${profile}`,
    environment: 'production',
    spiffePath: `/${name}`,
  },
});

/** A view that holds these policies and nothing else. */
export function viewOf(...policies: Array<Rows['policy']>): View {
  const tables = new Map<string, ReadonlyMap<string, unknown>>([
    ['policy', new Map(policies.map((row) => [row.id, row]))],
  ]);
  return {
    epoch: 1,
    rows: <T extends DecidingTable>(table: T) =>
      (tables.get(table) ?? new Map()) as ReadonlyMap<string, Rows[T]>,
    named: () => undefined,
  };
}

export const request = (over: Partial<PolicyRequest> = {}): PolicyRequest => ({
  action: 'issue-x509-svid',
  identity: identityRow('payments-api', 'payments', 'read-only-api'),
  profile: profileRow('read-only-api', ['issue-x509-svid', 'issue-jwt-svid'], ['billing']),
  application: applicationRow('payments'),
  agent: null,
  attested: { uid: 1001, gid: 1001, path: '/usr/bin/payments' },
  claimed: {},
  ttlSeconds: 3600,
  audience: [],
  scope: [],
  now: new Date('2026-03-03T10:15:00.000Z'),
  ...over,
});
