/** Lays two keys away for an emergency, and uses one of them: what the page of break-glass shows. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { approvalMessage } from '#verifier';
import type { Served } from '../../src/api/index.ts';
import type { Furnished } from './furnish.ts';

const NIGHT = `apiVersion: muniment/v1
kind: Profile
name: night-shift
spec: {description: What the night shift runs, actions: [issue-jwt-svid], maxTtlSeconds: 600, audiences: [billing]}
`;
const DAY_MS = 86_400_000;

/** Uses one of two keys of ada's on a change of its own, and answers with the key's id. Nobody has reviewed it. */
export async function useBreakGlass({ house }: Served, { ada, bo }: Furnished): Promise<string> {
  const until = new Date(Date.now() + 30 * DAY_MS).toISOString();
  const [sealed, spare] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
  const told = [sealed, spare].map(({ publicKey }) => ({
    type: 'ed25519',
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
    breakGlass: { until },
  }));
  const person = await house.log.row('person', ada.id);
  const own = (person?.spec.keys ?? []).map(({ type, publicKey }) => ({ type, publicKey }));
  const spec = { displayName: 'Ada Pereira', roles: person?.spec.roles, keys: [...own, ...told] };
  const laid = await house.changes.propose({
    manifests: `apiVersion: muniment/v1\nkind: Person\nname: ada\nspec: ${JSON.stringify(spec)}\n`,
    title: 'Lay two keys away',
    reason: 'Nobody else may be awake',
    proposer: ada.id,
  });
  await bo.approve(laid.change, laid.planDigest);
  await house.changes.apply({ change: laid.change, planDigest: laid.planDigest, actor: ada.id });
  const keys = (await house.log.row('person', ada.id))?.spec.keys ?? [];
  const key = keys.find(({ publicKey }) => publicKey === told[0]?.publicKey);
  if (key === undefined) throw new Error('the key was not laid away');
  const { change, planDigest } = await house.changes.propose({
    manifests: NIGHT,
    title: 'Let the night shift in',
    reason: 'Nobody else answers the telephone',
    proposer: ada.id,
  });
  const signature = sign(null, approvalMessage(planDigest), sealed.privateKey).toString('base64url');
  await house.changes.approve({
    change,
    planDigest,
    signature: { type: 'ed25519', keyId: key.id, signature },
    channel: 'console',
    session: { person: ada.id },
  });
  return key.id;
}
