import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkOpening, type EntryData, type Kind } from '#verifier';
import { enrolTwo, type House, keyholder, openHouse, PAYMENTS, propose } from './testing/house.ts';

const text = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array());

async function entriesOf<K extends Kind>(house: House, kind: K): Promise<Array<EntryData[K]>> {
  const entries = await house.log.search({ kinds: [kind], limit: 500 });
  return entries.map(({ body }) => JSON.parse(text(body)).data);
}

const _person = (name: string, spec: string): string =>
  `apiVersion: muniment/v1\nkind: Person\nname: ${name}\nspec: ${spec}\n`;

describe('bootstrap', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house.close());

  test('nobody may propose before there is anybody', async () => {
    await assert.rejects(propose(house, 'sys', PAYMENTS), { code: 'forbidden' });
  });

  test('the first person opens it, with the house’s own identity; the second approver closes it', async () => {
    const { ada, bo } = await enrolTwo(house);
    const view = await house.log.view();
    assert.equal(view.rows('bootstrap').get('open')?.open, false);
    assert.deepEqual(view.rows('person').get(ada.id)?.spec.roles, ['operator', 'approver', 'admin']);
    assert.deepEqual(view.rows('person').get(bo.id)?.spec.roles, ['operator', 'approver', 'auditor']);
    const agent = view.named('identity', 'muniment-agent');
    assert.equal(agent?.state, 'active');
    assert.equal(agent?.bootstrap, true);
    assert.equal(agent?.spec.owner, ada.id);
    assert.equal(view.named('trust', 'muniment-agent-token')?.spec.identity, agent?.id);
    assert.ok(view.named('policy', 'muniment-agent'));
    for (const declared of await entriesOf(house, 'resource.declared'))
      assert.equal(declared.bootstrap, true);
  });

  test('after that nobody enrols without a signed change', async () => {
    await assert.rejects(
      house.changes.enrolBootstrap({
        name: 'mallory',
        displayName: 'M',
        key: { type: 'ed25519', publicKey: keyholder().publicKey },
      }),
      { code: 'forbidden' },
    );
  });

  test('names and addresses are in the log as commitments only, and the openings fit', async () => {
    const { size } = await house.log.head();
    for await (const entry of house.log.entries(0, size)) {
      assert.doesNotMatch(text(entry.leaf) + text(entry.body), /Ada|Arden|Berg|"ada"|"bo"/);
    }
    const [row] = (await house.log.rows('person')).filter(({ spec }) => spec.roles.includes('admin'));
    assert.ok(row && typeof row.name === 'object');
    const { commitment } = row.name;
    const opening = (await house.log.open([commitment])).get(commitment);
    assert.equal(opening?.value, 'ada');
    assert.ok(opening && checkOpening(opening));
  });
});

describe('the first person alone', () => {
  test('can add a key later, which keeps the first; two enrolling at once close it once', async (t) => {
    const house = await openHouse();
    t.after(() => house.close());
    const [one, two] = [keyholder(), keyholder()];
    const enrol = (name: string, key?: { publicKey: string }) =>
      house.changes.enrolBootstrap({
        name,
        displayName: name,
        ...(key ? { key: { type: 'ed25519', publicKey: key.publicKey } } : {}),
      });
    const { person: id } = await enrol('ada');
    assert.equal((await enrol('ada', one)).person, id);
    assert.equal((await enrol('ada', two)).person, id);
    assert.equal((await house.log.view()).rows('person').get(id)?.spec.keys.length, 2);
    await assert.rejects(enrol('bo', one), { code: 'invalid_manifest' });
    const outcomes = await Promise.allSettled([enrol('bo', keyholder()), enrol('cy', keyholder())]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.equal((await entriesOf(house, 'bootstrap.closed')).length, 1);
  });
});
