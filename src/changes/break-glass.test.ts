import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EntryData, Kind } from '#verifier';
import { enrolTwo, type House, keyholder, openHouse, type People, propose } from './testing/house.ts';

const HOUR_MS = 3_600_000;

const profile = (name: string): string =>
  `apiVersion: muniment/v1\nkind: Profile\nname: ${name}\nspec: {description: Short, actions: [join], maxTtlSeconds: 600}\n`;

interface Key {
  publicKey: string;
  breakGlass?: { until: string };
}

/** The manifest of a person with these keys. */
const person = (name: string, displayName: string, keys: Key[], more = ''): string =>
  `apiVersion: muniment/v1\nkind: Person\nname: ${name}\nspec: ${JSON.stringify({
    displayName,
    roles: ['approver', 'admin'],
    keys: keys.map((key) => ({ type: 'ed25519', ...key })),
  })}\n${more}`;

describe('a break-glass key', () => {
  let house: House;
  let people: People;
  const [sealed, spare, ended] = [keyholder(), keyholder(), keyholder()];
  const soon = new Date(Date.now() + HOUR_MS).toISOString();

  async function entries<K extends Kind>(kind: K): Promise<Array<EntryData[K]>> {
    const found = await house.log.search({ kinds: [kind], limit: 100 });
    return found.map(({ body }) => JSON.parse(new TextDecoder().decode(body ?? new Uint8Array())).data);
  }

  const open = (
    proposed: { change: string; planDigest: string },
    key = sealed,
    session = people.ada.id,
    channel: 'tls' | 'socket' = 'tls',
  ) =>
    house.changes.approve({
      change: proposed.change,
      planDigest: proposed.planDigest,
      signature: key.sign(proposed.planDigest),
      channel,
      session: { person: session },
    });

  const withoutSession = ({ change, planDigest }: { change: string; planDigest: string }) => ({
    change,
    planDigest,
    signature: sealed.sign(planDigest),
    channel: 'tls' as const,
  });

  before(async () => {
    house = await openHouse();
    people = await enrolTwo(house);
    const { ada, bo } = people;
    const keys = [
      { publicKey: ada.publicKey },
      { publicKey: sealed.publicKey, breakGlass: { until: soon } },
      { publicKey: spare.publicKey, breakGlass: { until: soon } },
      { publicKey: ended.publicKey, breakGlass: { until: '2020-01-01T00:00:00Z' } },
    ];
    const { change, planDigest, text } = await propose(house, ada.id, person('ada', 'Ada Arden', keys));
    assert.match(text, /gains break-glass key key_\w+ \(ed25519\): approves one change alone, once, until/);
    await house.changes.approve({ change, planDigest, signature: bo.sign(planDigest), channel: 'tls' });
    await house.changes.apply({ change, planDigest, actor: ada.id });
  });
  after(() => house.close());

  test('is refused in every way but the one that it is for', async () => {
    const { ada, bo } = people;
    const proposed = await propose(house, ada.id, profile('refused'));
    const others = await propose(
      house,
      ada.id,
      person('olga', 'Olga', [{ publicKey: keyholder().publicKey }]),
    );
    const cases: Array<[string, () => Promise<unknown>, RegExp]> = [
      ['approval_channel_refused', () => open(proposed, sealed, ada.id, 'socket'), /admin socket/],
      ['approval_refused', () => house.changes.approve(withoutSession(proposed)), /its holder/],
      ['approval_refused', () => open(proposed, sealed, bo.id), /its holder/],
      ['approval_refused', () => open(proposed, ended), /has ended/],
      ['approval_refused', () => open(others), /no change of a Person/],
    ];
    for (const [code, attempt, message] of cases) await assert.rejects(attempt(), { code, message });
    const forged = { ...keyholder().sign(proposed.planDigest), keyId: sealed.keyId };
    const attempt = { ...withoutSession(proposed), signature: forged, session: { person: ada.id } };
    await assert.rejects(house.changes.approve(attempt), { code: 'invalid_signature' });
    await assert.rejects(house.changes.apply({ ...proposed, actor: ada.id }), { code: 'approval_refused' });
    assert.deepEqual(await entries('breakglass.used'), []);
  });

  test('opens one change alone, once, and loudly; then it is dead', async () => {
    const { ada } = people;
    const first = await propose(house, ada.id, profile('first'));
    const second = await propose(house, ada.id, profile('second'));
    const tries = await Promise.allSettled([open(first), open(second)]);
    assert.deepEqual(tries.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const [opened, other] = tries[0]?.status === 'fulfilled' ? [first, second] : [second, first];
    await house.changes.apply({ ...opened, actor: ada.id });
    const [used, ...more] = await entries('breakglass.used');
    assert.deepEqual(more, []);
    assert.deepEqual([used?.key, used?.person, used?.change], [sealed.keyId, ada.id, opened.change]);
    const finding = await house.log.row('finding', used?.finding ?? '');
    assert.equal(finding?.rule, 'break-glass');
    assert.equal(finding?.closed, null);
    await assert.rejects(open(other), { code: 'approval_refused', message: /it is dead/ });
    await assert.rejects(house.changes.apply({ ...other, actor: ada.id }), { code: 'approval_refused' });
  });

  test('stays dead when it is enrolled again as an ordinary key', async () => {
    const { ada, bo } = people;
    const keys = [ada, sealed, spare].map(({ publicKey }) => ({ publicKey }));
    const { change, planDigest } = await propose(house, ada.id, person('ada', 'Ada Arden', keys));
    await house.changes.approve({ change, planDigest, signature: bo.sign(planDigest), channel: 'tls' });
    await house.changes.apply({ change, planDigest, actor: ada.id });
    const asked = await propose(house, bo.id, profile('third'));
    await assert.rejects(open(asked), { code: 'approval_refused', message: /it is dead/ });
    // The other one was never used: it is an ordinary key now.
    await open(asked, spare);
  });

  test('is reviewed once, by another person', async () => {
    const { ada, bo } = people;
    const review = { key: sealed.keyId, outcome: 'justified', note: 'the registry was down' } as const;
    const cases = [
      ['forbidden', { ...review, actor: ada.id }],
      ['forbidden', { ...review, actor: 'sys' }],
      ['not_found', { ...review, key: spare.keyId, actor: bo.id }],
      ['bad_request', { ...review, note: 'two\nlines', actor: bo.id }],
    ] as const;
    for (const [code, asked] of cases) await assert.rejects(house.changes.reviewBreakGlass(asked), { code });
    await house.changes.reviewBreakGlass({ ...review, actor: bo.id });
    const row = await house.log.row('breakglass', sealed.keyId);
    assert.equal(row?.reviewed?.by, bo.id);
    assert.notEqual((await house.log.row('finding', row?.finding ?? ''))?.closed, null);
    await assert.rejects(house.changes.reviewBreakGlass({ ...review, actor: bo.id }), { code: 'conflict' });
  });
});
