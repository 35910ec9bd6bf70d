/** The smallest estate that issues: one owner, one workload of this test's own user, agents that join with a token. */
import { createHash } from 'node:crypto';
import type { ResourceKind, ResourceSpecs } from '#verifier';
import type { Draft } from '../../src/store/index.ts';

export const TRUST_DOMAIN = 'example.test';
export const IDENTITY = `idn_${'a'.repeat(26)}`;
export const SPIFFE_ID = `spiffe://${TRUST_DOMAIN}/payments`;
const AGENT_IDENTITY = `idn_${'b'.repeat(26)}`;
const OWNER = `per_${'a'.repeat(26)}`;

function declared<K extends ResourceKind>(kind: K, id: string, name: string, spec: ResourceSpecs[K]): Draft {
  const data = { kind, id, name, spec, change: null, bootstrap: false };
  return { kind: 'resource.declared', subject: id, actor: 'sys', data };
}

function identity(id: string, name: string): Draft[] {
  const spec = {
    kind: 'workload',
    purpose: 'tests of the agent',
    application: 'app_shop',
    owner: OWNER,
    profile: 'prf_all',
    environment: 'test',
    spiffePath: `/${name}`,
  } as const;
  const data = { identity: id, from: null, to: 'active', reason: 'test', change: null } as const;
  return [declared('Identity', id, name, spec), { kind: 'identity.moved', subject: id, actor: 'sys', data }];
}

/** One more workload, of another user: something that can be locked while the first goes on. */
export function anotherWorkload(name: string, uid: number): Draft[] {
  const id = `idn_${'c'.repeat(26)}`;
  return [
    ...identity(id, name),
    declared('Trust', `tru_${name}`, name, { identity: id, method: 'unix', where: { uid } }),
  ];
}

export function estate({ maxTtlSeconds = 3600, audiences = ['orders', 'interop'] } = {}): Draft[] {
  const nobody = { commitment: '0'.repeat(64) };
  const uid = process.getuid?.() ?? 0;
  const cedar = 'permit (principal, action, resource);';
  return [
    declared('Person', OWNER, 'ann', { displayName: nobody, roles: ['viewer'], keys: [], status: 'active' }),
    declared('Application', 'app_shop', 'shop', { description: '', owner: OWNER, status: 'active' }),
    declared('Profile', 'prf_all', 'all', {
      description: '',
      actions: ['join', 'renew', 'issue-x509-svid', 'issue-jwt-svid'],
      maxTtlSeconds,
      audiences,
    }),
    ...identity(AGENT_IDENTITY, 'muniment-agent'),
    ...identity(IDENTITY, 'payments'),
    declared('Trust', 'tru_join', 'muniment-agent-token', {
      identity: AGENT_IDENTITY,
      method: 'token',
      where: {},
    }),
    declared('Trust', 'tru_payments', 'payments', { identity: IDENTITY, method: 'unix', where: { uid } }),
    declared('Policy', 'pol_all', 'permit-all', {
      description: '',
      cedar,
      version: createHash('sha256').update(cedar).digest('hex'),
    }),
  ];
}
