import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { approvalMessage, parseVerifierKey, type VerifierKey } from '#verifier';
import { createChanges } from '../../changes/index.ts';
import { openKeys, sealWith } from '../../crypto/index.ts';
import { createDiscovery } from '../../discovery/index.ts';
import { createAuthority, createIssuance, createTokens, sealedSecrets } from '../../issuance/index.ts';
import { approvalKeyId, manualClock } from '../../kernel/index.ts';
import { createRevocation } from '../../revocation/index.ts';
import { openDatabase, openLog } from '../../store/index.ts';
import type { BuiltPackage } from '../build.ts';
import { createEvidence } from '../index.ts';
import type { BuildRequest } from '../model.ts';

/** Real rooms over a database in memory. The clock is real enough for certificates, and moved by hand. */
export async function openHouse() {
  const database = await openDatabase({ memory: true });
  const clock = manualClock(new Date());
  const seal = sealWith(Buffer.alloc(32, 7), '');
  const keys = openKeys({ secrets: sealedSecrets(database), seal });
  const key = await keys.signer('log', 'Ed25519');
  const signer = { origin: 'log.example/evidence', publicKey: key.publicKey.subarray(-32), sign: key.sign };
  const log = await openLog({ database, clock, signer });
  const authority = await createAuthority({ keys, clock, trustDomain: 'example.org' });
  const rooms = { database, log, authority, clock };
  return {
    ...rooms,
    vkey: parseVerifierKey(log.verifierKey) as VerifierKey,
    changes: createChanges({ log, trustDomain: 'example.test' }),
    issuance: createIssuance(rooms),
    revocation: createRevocation(rooms),
    tokens: createTokens(rooms),
    evidence: createEvidence({ database, log, signer, clock, sealing: 'a key in this test alone.' }),
    discovery: (types: NonNullable<Parameters<typeof createDiscovery>[0]['types']>) =>
      createDiscovery({ database, log, clock, seal, fingerprintKey: new Uint8Array(32), types }),
    async close() {
      await log.close();
      await database.close();
    },
  };
}

export type House = Awaited<ReturnType<typeof openHouse>>;

function keyholder() {
  const pair: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url');
  const keyId = approvalKeyId(publicKey);
  const signPlan = (digest: string) => ({
    type: 'ed25519' as const,
    keyId,
    signature: sign(null, approvalMessage(digest), pair.privateKey).toString('base64url'),
  });
  return { publicKey, signPlan };
}

export type Keyholder = ReturnType<typeof keyholder> & { id: string };

/** Two people who can approve: the bootstrap is over. */
export async function enrolTwo({ changes }: House): Promise<{ ada: Keyholder; bo: Keyholder }> {
  const enrol = async (name: string, displayName: string): Promise<Keyholder> => {
    const holder = keyholder();
    const { person } = await changes.enrolBootstrap({
      name,
      displayName,
      key: { type: 'ed25519', publicKey: holder.publicKey },
    });
    return { ...holder, id: person };
  };
  return { ada: await enrol('ada', 'Ada Arden'), bo: await enrol('bo', 'Bo Berg') };
}

/** Proposed by Ada, approved by Bo, applied. */
export async function carryOut(
  { changes }: House,
  { ada, bo }: { ada: Keyholder; bo: Keyholder },
  manifests: string,
): Promise<void> {
  const request = { manifests, title: 'payments', reason: 'the shop opens', proposer: ada.id };
  const { change, planDigest } = await changes.propose(request);
  await changes.approve({ change, planDigest, signature: bo.signPlan(planDigest), channel: 'tls' });
  await changes.apply({ change, planDigest, actor: ada.id });
}

/** A built package, read whole. */
export const bytesOf = async (built: BuiltPackage): Promise<Uint8Array> =>
  new Uint8Array(await buffer(built.stream()));

/** Builds a package and reads it whole. */
export const buildBytes = async (
  { evidence }: Pick<House, 'evidence'>,
  request: BuildRequest,
): Promise<Uint8Array> => bytesOf(await evidence.build(request));
