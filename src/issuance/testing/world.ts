import { generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import type { IdentitySpec, PersonSpec, ResourceKind, ResourceSpecs } from '#verifier';
import { createCsr, openKeys, sealWith } from '../../crypto/index.ts';
import { manualClock } from '../../kernel/index.ts';
import { createRevocation } from '../../revocation/index.ts';
import { type Draft, openDatabase, openLog } from '../../store/index.ts';
import { createAuthority, createIssuance, createTokens, type Issued, sealedSecrets } from '../index.ts';

export const TRUST_DOMAIN = 'example.org';

/** Everything that issuance rests on, over a database in memory, with an owner, an application and two identities. */
export async function openWorld(options: { crlBaseUrl?: string; databaseUrl?: string } = {}) {
  const { databaseUrl: url, ...more } = options;
  const database = await openDatabase(url === undefined ? { memory: true } : { url });
  const clock = manualClock(new Date());
  const keys = openKeys({ secrets: sealedSecrets(database), seal: sealWith(Buffer.alloc(32, 7), '') });
  const signer = await keys.signer('log', 'Ed25519');
  const log = await openLog({
    database,
    clock,
    signer: { origin: 'log.example/world', publicKey: signer.publicKey.subarray(-32), sign: signer.sign },
  });
  const authority = await createAuthority({ keys, clock, trustDomain: TRUST_DOMAIN, ...more });
  const rooms = { database, log, authority, clock };
  await log.append(seeds());
  return {
    ...rooms,
    keys,
    issuance: createIssuance(rooms),
    revocation: createRevocation(rooms),
    tokens: createTokens(rooms),
    async close() {
      await log.close();
      await database.close();
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** An id that is the same in every test: a prefix and the name. */
const id = (prefix: string, name: string): string => `${prefix}_${name}`;

export function declared<K extends ResourceKind>(
  kind: K,
  key: string,
  name: string,
  spec: ResourceSpecs[K],
): Draft {
  const data = { kind, id: key, name, spec, change: null, bootstrap: false };
  return { kind: 'resource.declared', subject: key, actor: 'sys', data };
}

export const person = (name: string, status: PersonSpec['status'] = 'active'): Draft =>
  declared('Person', id('per', name), name, {
    displayName: { commitment: '0'.repeat(64) },
    roles: ['viewer'],
    keys: [],
    status,
  });

export const moved = (identity: string, to: 'approved' | 'active' | 'suspended'): Draft => ({
  kind: 'identity.moved',
  subject: identity,
  actor: 'sys',
  data: { identity, from: null, to, reason: 'test', change: null },
});

export function identity(name: string, more: Partial<IdentitySpec> = {}): Draft[] {
  const spec: IdentitySpec = {
    kind: 'workload',
    purpose: 'tests',
    application: 'app_shop',
    owner: 'per_ann',
    profile: 'prf_all',
    environment: 'test',
    spiffePath: `/${name}`,
    ...more,
  };
  return [declared('Identity', id('idn', name), name, spec), moved(id('idn', name), 'active')];
}

const policy = (name: string, cedar: string): Draft =>
  declared('Policy', id('pol', name), name, {
    description: '',
    cedar,
    version: hash('sha256', cedar),
  });

export function seeds(): Draft[] {
  return [
    person('ann'),
    person('dee'),
    declared('Application', 'app_shop', 'shop', { description: '', owner: 'per_ann', status: 'active' }),
    declared('Profile', 'prf_all', 'all', {
      description: '',
      actions: ['join', 'renew', 'issue-x509-svid', 'issue-jwt-svid'],
      maxTtlSeconds: 7200,
      audiences: ['orders'],
    }),
    ...identity('muniment-agent'),
    ...identity('payments', { deputy: 'per_dee' }),
    declared('Trust', 'tru_join', 'muniment-agent-token', {
      identity: 'idn_muniment-agent',
      method: 'token',
      where: {},
    }),
    declared('Trust', 'tru_payments', 'payments-unix', {
      identity: 'idn_payments',
      method: 'unix',
      where: { uid: 1001, path: ['/usr/bin/pay', '/usr/bin/pay2'] },
    }),
    policy('permit-all', 'permit (principal, action, resource);'),
    policy('not-at-night', 'forbid (principal, action, resource) when { context.ttlSeconds == 666 };'),
  ];
}

export const FACTS = { uid: 1001, gid: 1001, pid: 42, proof: 'pidfd', path: '/usr/bin/pay' };
export const INSTANCE = `ins_${'a'.repeat(26)}`;

export interface TestAgent {
  id: string;
  key: KeyObject;
  /** DER. */
  certificate: Uint8Array;
  chain: Uint8Array[];
}

export function newKey(namedCurve = 'P-256'): { key: KeyObject; csr: Buffer } {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve });
  return { key, csr: createCsr(key) };
}

const AGENT = { door: 'agent', address: '192.0.2.1' };

/** Joins an agent by a fresh token. */
export async function joinAgent({ tokens, issuance }: World, name = 'host-1'): Promise<TestAgent> {
  const { token } = await tokens.create({ agentName: name, actor: 'sys' });
  const { key, csr } = newKey();
  const issued = await issuance.issue({ ...AGENT, action: 'join', token, name, csr });
  const chain = issued.granted[0]?.certificate;
  if (chain?.[0] === undefined || issued.agent === null) throw new Error(JSON.stringify(issued.refused));
  return { id: issued.agent, key, certificate: chain[0], chain };
}

export const renew = ({ issuance }: World, { certificate }: TestAgent): Promise<Issued> =>
  issuance.issue({ ...AGENT, action: 'renew', certificate, csr: newKey().csr });

interface Asked {
  attested?: unknown;
  claimed?: unknown;
  instance?: string;
  ttlSeconds?: number;
  csr?: string | Uint8Array;
  audience?: string[];
}

export const askX509 = (
  { issuance }: World,
  { certificate }: TestAgent,
  asked: Asked = {},
): Promise<Issued> =>
  issuance.issue({
    ...AGENT,
    action: 'issue-x509-svid',
    certificate,
    instance: INSTANCE,
    attested: FACTS,
    claimed: {},
    csr: newKey().csr,
    ...asked,
  });

export const askJwt = ({ issuance }: World, { certificate }: TestAgent, asked: Asked = {}): Promise<Issued> =>
  issuance.issue({
    ...AGENT,
    action: 'issue-jwt-svid',
    certificate,
    instance: INSTANCE,
    attested: FACTS,
    claimed: {},
    audience: ['orders'],
    ...asked,
  });
