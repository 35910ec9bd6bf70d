import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  carryOut,
  enrolTwo,
  type House,
  keyholder,
  openHouse,
  PAYMENTS,
  type People,
  propose,
} from './testing/house.ts';

const REASON = 'the last day is Friday';
const cyd = keyholder();

const manifest = (kind: string, name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'muniment/v1', kind, name, spec });

const IDENTITY = { kind: 'workload', purpose: 'Serves payments', environment: 'production' };

/** Cyd approves, owns one identity, is another's deputy, and stands for a control. */
const CYD = [
  manifest('Person', 'cyd', {
    displayName: 'Cyd Cole',
    roles: ['approver', 'operator'],
    keys: [{ type: 'ed25519', publicKey: cyd.publicKey }],
    uid: 1007,
  }),
  manifest('Application', 'books', { description: 'Keeps books', owner: 'cyd' }),
  ...(
    [
      ['books-api', { owner: 'cyd' }],
      ['books-web', { owner: 'bo', deputy: 'cyd' }],
      ['books-job', { owner: 'cyd', deputy: 'bo' }],
    ] as const
  ).map(([name, who]) =>
    manifest('Identity', name, { ...IDENTITY, ...who, application: 'books', profile: 'read-only-api' }),
  ),
].join('\n---\n');

describe('a person who leaves', () => {
  let house: House;
  let people: People;
  before(async () => {
    house = await openHouse();
    people = await enrolTwo(house);
    await carryOut(house, people, PAYMENTS);
    await carryOut(house, people, CYD);
  });
  after(() => house.close());

  const leave = (person: string, to: string, proposer = people.ada.id) =>
    house.changes.proposeLeaving({ person, to, reason: REASON, proposer });

  test('may not leave too few behind, or nobody who exists, or to themselves', async () => {
    const { bo } = people;
    const cases = [
      ['not_found', leave('nobody', 'bo')],
      ['not_found', leave('cyd', 'nobody')],
      ['bad_request', leave('cyd', 'cyd')],
      ['forbidden', leave('cyd', 'bo', 'per_x')],
    ] as const;
    for (const [code, attempt] of cases) await assert.rejects(attempt, { code });
    const { size } = await house.log.head();
    const shown = await house.changes.proposeLeaving({
      person: 'cyd',
      to: 'bo',
      reason: REASON,
      proposer: bo.id,
      dryRun: true,
    });
    assert.match(shown.text, /gains ownership of identity books-api/);
    assert.equal((await house.log.head()).size, size);
  });

  test('is gone by one change, with everything handed over and nothing locked', async () => {
    const { ada, bo } = people;
    const waiting = await propose(
      house,
      ada.id,
      manifest('Profile', 'waits', {
        description: 'Waits',
        actions: ['join'],
        maxTtlSeconds: 600,
      }),
    );
    const early = { change: waiting.change, planDigest: waiting.planDigest };
    await house.changes.approve({ ...early, signature: cyd.sign(early.planDigest), channel: 'tls' });

    const { change, planDigest, plan } = await leave('cyd', 'bo');
    assert.ok(!JSON.stringify([plan.title, plan.reason]).includes('cyd'));
    await house.changes.approve({ change, planDigest, signature: bo.sign(planDigest), channel: 'tls' });
    await house.changes.apply({ change, planDigest, actor: ada.id });

    const view = await house.log.view();
    const row = [...view.rows('person').values()].find(({ spec }) => spec.keys[0]?.id === cyd.keyId);
    assert.deepEqual([row?.spec.status, row?.spec.roles, row?.spec.uid], ['left', [], undefined]);
    assert.notEqual(row?.left, null);
    const owners = ['books-api', 'books-web', 'books-job'].map((name) => view.named('identity', name)?.spec);
    assert.deepEqual(
      owners.map((spec) => [spec?.owner, spec?.deputy]),
      [
        [bo.id, undefined],
        [bo.id, undefined],
        [bo.id, undefined],
      ],
    );
    assert.equal(view.named('application', 'books')?.spec.owner, bo.id);
    assert.equal(view.rows('lock').size, 0);

    // What was approved before, by a key of who has left since, is approved no more; nor is anything new.
    await assert.rejects(house.changes.apply({ ...early, actor: ada.id }), { code: 'approval_refused' });
    const signature = cyd.sign(early.planDigest);
    await assert.rejects(house.changes.approve({ ...early, signature, channel: 'tls' }), {
      code: 'approval_refused',
    });
  });

  test('does not go where fewer than two could approve, or no administrator stood', async () => {
    await assert.rejects(leave('bo', 'ada'), { code: 'invalid_manifest', message: /fewer than 2 people/ });
    await assert.rejects(leave('ada', 'bo', people.bo.id), {
      code: 'invalid_manifest',
      message: /could approve|no administrator/,
    });
  });
});
