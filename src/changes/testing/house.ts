import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type ApprovalSignature, approvalMessage } from '#verifier';
import { approvalKeyId } from '../../kernel/index.ts';
import { type Database, type Log, type LogSigner, openDatabase, openLog } from '../../store/index.ts';
import { type Changes, createChanges, type Proposed } from '../index.ts';

/** As long as a trust domain may be: what is too long with it is too long. */
export const TRUST_DOMAIN = `${'d'.repeat(250)}.test`;

/** A real log in memory, people with real keys, and manifests for the tests of this room. */
export interface House {
  database: Database;
  log: Log;
  changes: Changes;
  close(): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const signer: LogSigner = {
    origin: 'log.example/changes',
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
  const database = await openDatabase({ memory: true });
  const log = await openLog({ database, signer });
  const close = async () => {
    await log.close();
    await database.close();
  };
  return { database, log, changes: createChanges({ log, trustDomain: TRUST_DOMAIN }), close };
}

export interface Keyholder {
  publicKey: string;
  keyId: string;
  sign(planDigest: string): ApprovalSignature;
}

export function keyholder(): Keyholder {
  const pair: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
  const keyId = approvalKeyId(publicKey);
  return {
    publicKey,
    keyId,
    sign: (planDigest) => {
      const signature = sign(null, approvalMessage(planDigest), pair.privateKey).toString('base64url');
      return { type: 'ed25519', keyId, signature };
    },
  };
}

/** Two people who can approve: the bootstrap is over. */
export async function enrolTwo(house: House) {
  const [ada, bo] = [keyholder(), keyholder()];
  const enrol = (name: string, displayName: string, key: Keyholder) =>
    house.changes.enrolBootstrap({ name, displayName, key: { type: 'ed25519', publicKey: key.publicKey } });
  const first = await enrol('ada', 'Ada Arden', ada);
  const second = await enrol('bo', 'Bo Berg', bo);
  return { ada: { ...ada, id: first.person }, bo: { ...bo, id: second.person } };
}

export type People = Awaited<ReturnType<typeof enrolTwo>>;

export const propose = (house: House, proposer: string, manifests: string): Promise<Proposed> =>
  house.changes.propose({ manifests, title: 'a title', reason: 'a reason', proposer });

/** Proposed by Ada, approved by Bo, applied. */
export async function carryOut(house: House, { ada, bo }: People, manifests: string): Promise<Proposed> {
  const proposed = await propose(house, ada.id, manifests);
  const { change, planDigest } = proposed;
  await house.changes.approve({ change, planDigest, signature: bo.sign(planDigest), channel: 'tls' });
  await house.changes.apply({ change, planDigest, actor: ada.id });
  return proposed;
}

export const PAYMENTS = `apiVersion: muniment/v1
kind: Person
name: olga
spec: {displayName: Olga Orlova, email: olga@example.com}
---
apiVersion: muniment/v1
kind: Application
name: payments
spec: {description: Takes payments, owner: olga}
---
apiVersion: muniment/v1
kind: Profile
name: read-only-api
spec:
  description: Short-lived credentials for an interface
  actions: [issue-x509-svid, issue-jwt-svid]
  maxTtlSeconds: 3600
  audiences: [billing]
---
apiVersion: muniment/v1
kind: Identity
name: payments-api
spec:
  kind: workload
  purpose: Serves payments
  application: payments
  owner: olga
  profile: read-only-api
  environment: production
---
apiVersion: muniment/v1
kind: Policy
name: payments-issue
spec:
  description: The payments process may have credentials
  cedar: |
    permit(principal == Muniment::Identity::"payments-api", action in Muniment::Action::"issue", resource)
    when { context.attested has uid && context.attested.uid == 1001 };
---
apiVersion: muniment/v1
kind: Trust
name: payments-unix
spec: {identity: payments-api, method: unix, where: {uid: 1001}}
`;
