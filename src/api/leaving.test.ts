import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { approvalMessage } from '#verifier';
import { carryOut, enrol, openTestHouse, type TestHouse, type TestPerson } from './testing.ts';

let house: TestHouse;
let ada: TestPerson;
let bo: TestPerson;
let leaver: string;

before(async () => {
  house = await openTestHouse();
  ada = await enrol(house, 'ada');
  bo = await enrol(house, 'bo');
  const manifests =
    'apiVersion: muniment/v1\nkind: Person\nname: cyd\nspec: {displayName: Cyd, roles: [viewer]}\n';
  await carryOut(house, ada, bo, manifests);
  const people = (await house.call('/api/v1/persons', { headers: ada.bearer })).json.items;
  leaver = people.find(({ name }: { name: string }) => name === 'cyd').id;
});
after(() => house.close());

const ended = async () =>
  (await house.house.log.search({ kinds: ['session.ended'], limit: 10 })).filter(
    ({ actor }) => actor === leaver,
  ).length;

test('whoever leaves is signed out with the change that says so', async () => {
  const { token } = await house.api.sessions.makeSignInToken(leaver);
  const { token: session } = await house.api.sessions.redeem(token);
  const headers = { authorization: `Bearer ${session}` };
  assert.equal((await house.call('/api/v1/overview', { headers })).status, 200);
  const late = await house.api.sessions.makeSignInToken(leaver);

  const body = { to: 'bo', reason: 'the last day is Friday' };
  const path = '/api/v1/persons/cyd/leaving';
  assert.equal((await house.call(path, { body, headers })).json.code, 'forbidden');
  const proposed = await house.call(path, { body, headers: ada.bearer });
  assert.equal(proposed.status, 200, proposed.text);
  const { change, planDigest } = proposed.json;
  const signature = { type: 'ed25519', keyId: bo.keyId, signature: bo.sign(approvalMessage(planDigest)) };
  const to = (step: string) => `/api/v1/changes/${change}/${step}`;
  await house.call(to('approvals'), { body: { planDigest, signature }, headers: bo.bearer });
  const applied = await house.call(to('apply'), { body: { planDigest }, headers: ada.bearer });
  assert.equal(applied.status, 200, applied.text);

  assert.equal((await house.call('/api/v1/overview', { headers })).json.code, 'session_ended');
  await house.api.tick();
  assert.equal(await ended(), 1);
  await assert.rejects(house.api.sessions.redeem(late.token), { code: 'sign_in_refused' });
});

test('a finding names who owns what it is about, as it stands now', async () => {
  const finding = (name: string, subject: string) =>
    ({
      kind: 'finding.opened',
      subject,
      actor: 'sys',
      data: {
        finding: name,
        rule: 'owner-left',
        subject,
        title: 'a title',
        due: house.clock.now().toISOString(),
      },
    }) as const;
  const { id, owner } = (await house.call('/api/v1/identities/muniment-agent', { headers: ada.bearer })).json;
  await house.house.log.append([finding('fnd_a', id), finding('fnd_b', 'idn_nobody')]);
  const { items } = (await house.call('/api/v1/findings', { headers: ada.bearer })).json;
  const owners = Object.fromEntries(
    items.map((each: { id: string; owner: unknown }) => [each.id, each.owner]),
  );
  assert.deepEqual(owners.fnd_a, owner);
  assert.equal(owners.fnd_b, null);
});
