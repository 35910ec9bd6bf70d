/** Fills a house with what pages show: grants, refusals and a lock with its probes. */
import { generateKeyPairSync } from 'node:crypto';
import type { Served } from '../../src/api/index.ts';
import { createCsr } from '../../src/crypto/index.ts';
import { newId } from '../../src/kernel/index.ts';
import type { Draft } from '../../src/store/index.ts';
import { enrolWithKeyFile, type KeyFilePerson } from './world.ts';

const MANIFESTS = `apiVersion: muniment/v1
kind: Application
name: payments
spec: {description: Takes card payments, owner: ada}
---
apiVersion: muniment/v1
kind: Profile
name: internal-service
spec: {description: Talks to services inside, actions: [issue-x509-svid, issue-jwt-svid], maxTtlSeconds: 3600, audiences: [billing]}
---
apiVersion: muniment/v1
kind: Identity
name: payments-api
spec:
  kind: workload
  purpose: Takes card payments for the shop and settles them
  application: payments
  owner: ada
  deputy: bo
  profile: internal-service
  environment: production
---
apiVersion: muniment/v1
kind: Identity
name: payments-settlement
spec: {kind: ci-job, purpose: Settles payments each night, application: payments, owner: bo, profile: internal-service, environment: production}
---
apiVersion: muniment/v1
kind: Policy
name: payments-issue
spec:
  description: The payments process may have short-lived credentials
  cedar: |
    permit (
      principal == Muniment::Identity::"payments-api",
      action in [Muniment::Action::"issue-x509-svid", Muniment::Action::"issue-jwt-svid"],
      resource
    ) when { context.attested has uid && context.attested.uid == 1001 };
---
apiVersion: muniment/v1
kind: Trust
name: payments-on-this-host
spec: {identity: payments-api, method: unix, where: {user: payments}}
`;

/** A change to the profile that `MANIFESTS` declares. */
export const SHORTENED = `apiVersion: muniment/v1
kind: Profile
name: internal-service
spec: {description: Talks to services inside, actions: [issue-x509-svid], maxTtlSeconds: 1800}
`;

/** A newline, a right-to-left override, and four kilobytes. */
export const HOSTILE_NAME = `invoice\u202egpj.exe\nsecond line ${'x'.repeat(4096)}`;

export interface Furnished {
  ada: KeyFilePerson;
  bo: KeyFilePerson;
  identity: string;
  /** Waits for a signature. */
  proposed: string;
  applied: string;
  lock: string;
}

const newCsr = (): string =>
  createCsr(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey).toString('base64');

/** Adds names that are meant to break a layout. */
export async function addHostileNames({ house }: Served, { identity }: Furnished): Promise<void> {
  await house.log.append(hostile(identity));
}

export async function furnish(server: Served): Promise<Furnished> {
  const { house } = server;
  const ada = await enrolWithKeyFile(server, 'ada', 'Ada Pereira');
  const bo = await enrolWithKeyFile(server, 'bo', 'Bo Lindqvist');
  const applied = await carryOut(server, ada, bo);
  const identity = (await house.log.view()).named('identity', 'payments-api')?.id ?? '';
  const granted = await askForCredentials(server);
  const { lock } = await house.revocation.lock(
    { kind: 'identity', id: identity },
    'A key was found in a build log',
    bo.id,
  );
  await house.revocation.recordProbes(
    lock,
    [
      {
        point: 'api-renewal',
        credential: granted,
        outcome: 'REFUSED',
        latencyMs: 41,
        detail: 'refused: locked',
      },
      {
        point: 'openssl',
        credential: granted,
        outcome: 'NOT_EVALUABLE',
        latencyMs: null,
        detail: 'not installed',
      },
    ],
    'sys',
  );
  const { change: proposed } = await house.changes.propose({
    manifests: SHORTENED,
    title: 'Shorten what services may hold',
    reason: 'Half an hour is enough',
    proposer: ada.id,
  });
  return { ada, bo, identity, proposed, applied, lock };
}

async function carryOut({ house }: Served, ada: KeyFilePerson, bo: KeyFilePerson): Promise<string> {
  const { change, planDigest } = await house.changes.propose({
    manifests: MANIFESTS,
    title: 'Register payments',
    reason: 'The shop moves to short-lived credentials',
    proposer: ada.id,
  });
  await bo.approve(change, planDigest);
  await house.changes.apply({ change, planDigest, actor: ada.id });
  return change;
}

/** A grant of each type and a refusal, by an agent that joined. Answers with the entry of one that was granted. */
async function askForCredentials({ house }: Served): Promise<number> {
  const { token } = await house.tokens.create({ agentName: 'host-1', actor: 'sys' });
  const at = { door: 'agent', address: null };
  const joined = await house.issuance.issue({ ...at, action: 'join', token, name: 'host-1', csr: newCsr() });
  const certificate = joined.granted[0]?.certificate?.[0];
  if (certificate === undefined) throw new Error('the agent did not join');
  const ask = (attested: object) => ({
    ...at,
    certificate,
    instance: newId('instance'),
    claimed: { hint: 'payments' },
    attested,
  });
  const payments = { uid: 1001, gid: 1001, user: 'payments', path: '/usr/bin/payments' };
  const issued = await house.issuance.issue({ ...ask(payments), action: 'issue-x509-svid', csr: newCsr() });
  await house.issuance.issue({
    ...ask(payments),
    action: 'issue-jwt-svid',
    audience: ['billing'],
    ttlSeconds: 86_400,
  });
  await house.issuance.issue({
    ...ask({ ...payments, uid: 1002 }),
    action: 'issue-x509-svid',
    csr: newCsr(),
  });
  return issued.granted[0]?.entry ?? 0;
}

/** What a sweep of a host with hostile file names would leave, and a finding that is due. */
function hostile(identity: string): Draft[] {
  const time = new Date().toISOString();
  const sweep = { sweep: `swp_${'a'.repeat(26)}`, source: 'host' };
  const observed = (label: string, number: number): Draft => ({
    kind: 'observation.recorded',
    subject: sweep.sweep,
    actor: 'sys',
    data: {
      ...sweep,
      partition: 'this host',
      key: `k${number}`,
      class: 'credential',
      change: 'new',
      label,
      attributes: { path: label, mode: '0600' },
      joins: [],
      provenance: [],
    },
  });
  return [
    {
      kind: 'sweep.recorded',
      subject: sweep.sweep,
      actor: 'sys',
      data: {
        ...sweep,
        connector: 'host',
        partition: 'this host',
        scope: ['/etc', '/home'],
        calls: 3,
        pages: 3,
        endSeen: true,
        items: 3,
        providerCount: null,
        errors: [],
        denied: [{ what: HOSTILE_NAME, why: 'permission denied' }],
        verdict: 'PARTIAL',
        why: 'one place could not be read',
        listDigest: '0'.repeat(64),
        listings: [],
        manifest: null,
        clock: null,
        started: time,
        ended: time,
      },
    },
    observed('/home/ci/.ssh/id_ed25519', 1),
    observed(HOSTILE_NAME, 2),
    observed('/root/.ssh/authorized_keys', 3),
    {
      kind: 'finding.opened',
      subject: identity,
      actor: 'sys',
      data: {
        finding: `fnd_${'a'.repeat(26)}`,
        rule: 'owner-left',
        subject: identity,
        title: HOSTILE_NAME,
        due: new Date(Date.now() + 3 * 86_400_000).toISOString(),
      },
    },
  ];
}
