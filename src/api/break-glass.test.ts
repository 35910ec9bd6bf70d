import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import { approvalMessage } from '#verifier';
import { approvalKeyId } from '../kernel/index.ts';
import { carryOut, enrol, openTestHouse, PAYMENTS, type TestHouse, type TestPerson } from './testing.ts';

let house: TestHouse;
let ada: TestPerson;
let bo: TestPerson;

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const sealed = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
const keyId = approvalKeyId(sealed);
const signed = (message: Uint8Array) => sign(null, message, privateKey).toString('base64url');

before(async () => {
  house = await openTestHouse();
  ada = await enrol(house, 'ada');
  bo = await enrol(house, 'bo');
  const until = new Date(house.clock.now().getTime() + 86_400_000).toISOString();
  const keys = [
    { type: 'ed25519', publicKey: ada.publicKey },
    { type: 'ed25519', publicKey: sealed, breakGlass: { until } },
  ];
  const spec = { displayName: 'Person ada', roles: ['approver', 'admin'], keys };
  const manifest = { apiVersion: 'muniment/v1', kind: 'Person', name: 'ada', spec };
  await carryOut(house, ada, bo, JSON.stringify(manifest));
});
after(() => house.close());

const attention = async (): Promise<string[]> =>
  (await house.call('/api/v1/overview', { headers: bo.bearer })).json.attention.map(
    ({ what }: { what: string }) => what,
  );

test('a key that is laid away opens no session', async () => {
  const asked = await house.call('/api/v1/sessions/key/challenge', { body: { keyId } });
  const { challenge } = asked.json;
  const signature = signed(Buffer.from(`muniment session v1\n${challenge}`));
  const answer = await house.call('/api/v1/sessions/key', { body: { keyId, challenge, signature } });
  assert.equal(answer.json.code, 'sign_in_refused');
});

test('its use is loud until another person has reviewed it', async () => {
  const asked = { manifests: PAYMENTS, title: 'payments', reason: 'nobody else is awake' };
  const { change, planDigest } = (await house.call('/api/v1/changes', { body: asked, headers: ada.bearer }))
    .json;
  const signature = { type: 'ed25519', keyId, signature: signed(approvalMessage(planDigest)) };
  const path = `/api/v1/changes/${change}`;
  const unused = await house.call('/api/v1/break-glass', { headers: bo.bearer });
  assert.equal(unused.json.items[0].used, null);
  const stranger = await house.call(`${path}/approvals`, {
    body: { planDigest, signature },
    headers: bo.bearer,
  });
  assert.equal(stranger.json.code, 'approval_refused');
  const approved = await house.call(`${path}/approvals`, {
    body: { planDigest, signature },
    headers: ada.bearer,
  });
  assert.equal(approved.status, 200, approved.text);
  const applied = await house.call(`${path}/apply`, { body: { planDigest }, headers: ada.bearer });
  assert.equal(applied.status, 200, applied.text);
  assert.ok((await attention()).some((what) => what.startsWith('break-glass key was used')));
  const { items } = (await house.call('/api/v1/break-glass', { headers: bo.bearer })).json;
  assert.deepEqual([items[0].key, items[0].used.change, items[0].used.reviewed], [keyId, change, null]);

  const review = `/api/v1/break-glass/${keyId}/review`;
  const body = { outcome: 'justified', note: 'the other approver was in the air' };
  assert.equal((await house.call(review, { body, headers: ada.bearer })).json.code, 'forbidden');
  const reviewed = await house.call(review, { body, headers: bo.bearer });
  assert.equal(reviewed.status, 200, reviewed.text);
  assert.ok(!(await attention()).some((what) => what.startsWith('break-glass')));
  const after = (await house.call('/api/v1/break-glass', { headers: bo.bearer })).json.items[0];
  assert.deepEqual([after.used.reviewed.by.id, after.used.reviewed.outcome], [bo.id, 'justified']);
});
