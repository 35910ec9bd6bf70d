import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type EntryData, type Kind, planDigest } from '#verifier';
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

const text = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array());

async function entriesOf<K extends Kind>(house: House, kind: K): Promise<Array<EntryData[K]>> {
  const entries = await house.log.search({ kinds: [kind], limit: 500 });
  return entries.map(({ body }) => JSON.parse(text(body)).data);
}

const person = (name: string, spec: string): string =>
  `apiVersion: muniment/v1\nkind: Person\nname: ${name}\nspec: ${spec}\n`;

describe('a change', () => {
  let house: House;
  let people: People;
  before(async () => {
    house = await openHouse();
    people = await enrolTwo(house);
  });
  after(() => house.close());

  test('a dry run shows the plan and writes nothing', async () => {
    const { size } = await house.log.head();
    const {
      text: shown,
      recorded,
      plan,
    } = await house.changes.propose({
      manifests: PAYMENTS,
      title: 'payments',
      reason: 'the launch',
      proposer: 'sys',
      dryRun: true,
    });
    assert.equal(recorded, null);
    assert.equal((await house.log.head()).size, size);
    assert.equal(plan.operations.length, 6);
    assert.match(shown, /create Identity payments-api/);
    assert.match(shown, /\+owner: olga/);
    assert.match(shown, /\+displayName: Olga Orlova/);
    assert.match(shown, /\+ identity payments-api gains issue-x509-svid for at most 3600 s/);
    assert.match(
      shown,
      /\+ identity payments-api gains permit issue-x509-svid, issue-jwt-svid, issue-access-token under conditions/,
    );
    assert.match(shown, /\+ identity payments-api gains proof by unix where uid = 1001/);
    assert.match(shown, /\+ person olga gains ownership of identity payments-api/);
  });

  test('proposed, approved by another, applied exactly so; then the manifests change nothing more', async () => {
    const { ada, bo } = people;
    const { change, planDigest: digest, plan } = await propose(house, ada.id, PAYMENTS);
    assert.equal(planDigest(plan), digest);
    await assert.rejects(house.changes.apply({ change, planDigest: digest, actor: ada.id }), {
      code: 'approval_refused',
    });
    const approved = await house.changes.approve({
      change,
      planDigest: digest,
      signature: bo.sign(digest),
      channel: 'tls',
    });
    assert.equal(approved.approver, bo.id);
    const applied = await house.changes.apply({ change, planDigest: digest, actor: ada.id });
    assert.equal(applied.operations, 6);
    const view = await house.log.view();
    assert.equal(view.named('identity', 'payments-api')?.state, 'active');
    assert.equal(view.named('identity', 'payments-api')?.spec.spiffePath, '/payments/payments-api');
    assert.equal(view.named('identity', 'payments-api')?.change, change);
    const moves = (await entriesOf(house, 'identity.moved')).filter((move) => move.change === change);
    assert.deepEqual(moves.map(({ to }) => to).reverse(), ['requested', 'approved', 'active']);
    await assert.rejects(propose(house, ada.id, PAYMENTS), { code: 'plan_empty' });
    await assert.rejects(house.changes.apply({ change, planDigest: digest, actor: ada.id }), {
      code: 'change_closed',
    });
  });

  const PROFILE = (ttl: number, name = 'read-only-api') => `apiVersion: muniment/v1
kind: Profile
name: ${name}
spec: {description: Changed, actions: [issue-x509-svid], maxTtlSeconds: ${ttl}}
`;

  test('every refusal is recorded with its code', async () => {
    const { ada, bo } = people;
    const { change, planDigest: digest } = await propose(house, ada.id, PROFILE(600));
    const stranger = keyholder();
    const good = { change, planDigest: digest, signature: bo.sign(digest), channel: 'tls' } as const;
    const cases = [
      ['approval_channel_refused', { ...good, channel: 'socket' }],
      ['self_approval_refused', { ...good, signature: ada.sign(digest) }],
      ['self_approval_refused', { ...good, session: { person: ada.id } }],
      ['approval_refused', { ...good, signature: stranger.sign(digest) }],
      ['approval_refused', { ...good, session: { person: 'per_x' } }],
      ['invalid_signature', { ...good, signature: bo.sign('0'.repeat(64)) }],
      ['invalid_signature', { ...good, signature: { ...stranger.sign(digest), keyId: bo.keyId } }],
      ['plan_changed', { ...good, planDigest: '0'.repeat(64) }],
    ] as const;
    const before = (await entriesOf(house, 'change.refused')).length;
    for (const [code, attempt] of cases) await assert.rejects(house.changes.approve(attempt), { code });
    const refused = (await entriesOf(house, 'change.refused')).slice(0, -before || undefined).reverse();
    assert.deepEqual(
      refused.map((each) => each.code),
      cases.map(([code]) => code),
    );
    assert.equal((await house.log.row('change', change))?.approvals.length, 0);
    assert.equal(refused[1]?.who, ada.id);
    await house.changes.withdraw({ change, reason: 'tried enough', actor: ada.id });
    await assert.rejects(house.changes.approve(good), { code: 'change_closed' });
  });

  test('a plan that changed after it was signed is refused, and so is the older of two', async () => {
    const { ada, bo } = people;
    const older = await propose(house, ada.id, PROFILE(900));
    const newer = await propose(house, ada.id, PROFILE(1200));
    const approve = (proposed: typeof older) =>
      house.changes.approve({
        change: proposed.change,
        planDigest: proposed.planDigest,
        signature: bo.sign(proposed.planDigest),
        channel: 'console',
        session: { person: bo.id },
      });
    await approve(older);
    await approve(newer);
    await house.changes.apply({ change: newer.change, planDigest: newer.planDigest, actor: bo.id });
    await assert.rejects(
      house.changes.apply({ change: older.change, planDigest: older.planDigest, actor: bo.id }),
      {
        code: 'plan_changed',
      },
    );
    const row = await house.log.row('change', older.change);
    assert.ok(row);
    assert.equal((await house.changes.describe(row)).current, false);
  });

  test('races: two approvals both stand, of two applications one does, and a withdrawn change is never applied', async () => {
    const { ada, bo } = people;
    const { change, planDigest: digest } = await propose(house, ada.id, PROFILE(1500));
    const approve = () =>
      house.changes.approve({ change, planDigest: digest, signature: bo.sign(digest), channel: 'tls' });
    await Promise.all([approve(), approve()]);
    const apply = () => house.changes.apply({ change, planDigest: digest, actor: ada.id });
    const outcomes = await Promise.allSettled([apply(), apply()]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const next = await propose(house, ada.id, PROFILE(1800));
    await house.changes.approve({
      change: next.change,
      planDigest: next.planDigest,
      signature: bo.sign(next.planDigest),
      channel: 'tls',
    });
    await Promise.allSettled([
      house.changes.withdraw({ change: next.change, reason: 'no', actor: ada.id }),
      house.changes.apply({ change: next.change, planDigest: next.planDigest, actor: ada.id }),
    ]);
    assert.equal((await house.log.row('change', next.change))?.state, 'withdrawn');
    assert.equal((await house.log.view()).named('profile', 'read-only-api')?.spec.maxTtlSeconds, 1500);
  });

  test('an approval does not outlive its approver’s right', async () => {
    const { ada, bo } = people;
    const cy = keyholder();
    await carryOut(
      house,
      people,
      person(
        'cy',
        `{displayName: Cy, roles: [approver], keys: [{type: ed25519, publicKey: ${cy.publicKey}}]}`,
      ),
    );
    const { change, planDigest: digest } = await propose(house, bo.id, PROFILE(2400));
    await house.changes.approve({ change, planDigest: digest, signature: cy.sign(digest), channel: 'tls' });
    await carryOut(house, people, person('cy', '{displayName: Cy, roles: [viewer]}'));
    await assert.rejects(house.changes.apply({ change, planDigest: digest, actor: bo.id }), {
      code: 'approval_refused',
    });
    assert.notEqual(ada.id, bo.id);
  });

  test('only an administrator proposes people', async () => {
    await assert.rejects(propose(house, people.bo.id, person('dan', '{displayName: Dan}')), {
      code: 'forbidden',
    });
  });

  test('a person’s unchanged fields keep their commitments, and a new name for one field changes that alone', async () => {
    const manifest = person('olga', '{displayName: Olga Orlova, email: olga@example.org}');
    const { plan } = await propose(house, people.ada.id, manifest);
    const [operation] = plan.operations;
    const [was, is] = [operation?.before, operation?.after] as Array<{
      displayName: unknown;
      email: unknown;
    }>;
    assert.deepEqual(is?.displayName, was?.displayName);
    assert.notDeepEqual(is?.email, was?.email);
  });

  test('what may not stand is refused with its place', async () => {
    const identity = (over: string) => `apiVersion: muniment/v1
kind: Identity
name: other
spec: {kind: bot, purpose: p, application: payments, owner: olga, profile: read-only-api, environment: test${over}}
`;
    const cases: Array<[string, object]> = [
      [
        identity('').replace('owner: olga', 'owner: nobody'),
        { code: 'invalid_manifest', path: 'documents[0].spec.owner' },
      ],
      [
        identity('').replace('application: payments', 'application: nothing'),
        { path: 'documents[0].spec.application' },
      ],
      [identity(', deputy: olga'), { code: 'invalid_manifest', message: /one person/ }],
      [
        identity(', spiffePath: /payments/payments-api'),
        { code: 'invalid_manifest', message: /SPIFFE path of another/ },
      ],
      [identity(`, spiffePath: /${'x'.repeat(2040)}`), { code: 'invalid_spiffe_id' }],
      [identity(', spiffePath: /muniment/agent/agt-x'), { message: /kept for Muniment itself/ }],
      [
        identity(', spiffePath: /a/../b'),
        { code: 'invalid_spiffe_id', path: 'documents[0].spec.spiffePath' },
      ],
      [identity(', ownr: x'), { code: 'unknown_key', path: 'documents[0].spec.ownr' }],
      [
        `apiVersion: muniment/v1\nkind: Profile\nname: read-only-api\nretire: true\n`,
        { message: /still has the profile/ },
      ],
      [
        `apiVersion: muniment/v1\nkind: Profile\nname: nothing\nretire: true\n`,
        { path: 'documents[0].name' },
      ],
      [person('bo', '{displayName: Bo Berg, roles: [viewer]}'), { message: /could approve afterwards/ }],
      [
        person('eve', '{displayName: Eve, keys: [{type: ed25519, publicKey: AAAA}]}'),
        { code: 'invalid_key' },
      ],
      [
        person('eve', `{displayName: Eve, keys: [{type: ed25519, publicKey: ${people.bo.publicKey}}]}`),
        { message: /another person/ },
      ],
      [
        `apiVersion: muniment/v1\nkind: Policy\nname: p\nspec: {description: d, cedar: 'permit(principal == Muniment::Identity::"paymets", action, resource);'}\n`,
        { message: /names Identity `paymets`/ },
      ],
      [
        `apiVersion: muniment/v1\nkind: Policy\nname: p\nspec: {description: d, cedar: 'permit(principal, action, resource) when { context.uidd == 1 };'}\n`,
        { code: 'invalid_policy', message: /context\.uidd/ },
      ],
    ];
    for (const [manifests, expected] of cases)
      await assert.rejects(propose(house, people.ada.id, manifests), expected);
  });

  test('a person who left keeps the day, may not own anything new, and what they own stays', async () => {
    await carryOut(
      house,
      people,
      person('olga', '{displayName: Olga Orlova, email: olga@example.com, status: left}'),
    );
    const [row] = (await house.log.rows('person')).filter(({ spec }) => spec.status === 'left');
    assert.ok(row?.left);
    const manifest = `apiVersion: muniment/v1\nkind: Application\nname: more\nspec: {description: d, owner: olga}\n`;
    await assert.rejects(propose(house, people.ada.id, manifest), { message: /owner has left/ });
    assert.equal((await house.log.view()).named('identity', 'payments-api')?.state, 'active');
  });

  test('retiring an application retires its identities and their trusts, as signed', async () => {
    const { plan } = await carryOut(
      house,
      people,
      'apiVersion: muniment/v1\nkind: Application\nname: payments\nretire: true\n',
    );
    assert.deepEqual(
      plan.operations.map(({ op, kind }) => `${op} ${kind}`),
      ['retire Trust', 'retire Identity', 'retire Application'],
    );
    const view = await house.log.view();
    assert.equal(view.named('identity', 'payments-api'), undefined);
    const [retired] = [...view.rows('identity').values()].filter(({ name }) => name === 'payments-api');
    assert.equal(retired?.state, 'retired');
    await assert.rejects(
      propose(
        house,
        people.ada.id,
        'apiVersion: muniment/v1\nkind: Application\nname: payments\nretire: true\n',
      ),
      { code: 'plan_empty' },
    );
  });
});
