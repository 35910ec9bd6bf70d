import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { carryOut, enrolTwo, type House, openHouse, PAYMENTS } from './testing/house.ts';

const names = (things: Array<{ kind: string; name: string }>): string[] =>
  things.map(({ kind, name }) => `${kind} ${name}`).sort();

const REST = ['Application', 'Profile', 'Identity', 'Policy', 'Trust'] as const;

describe('drift between what is declared and what is in force', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
    await carryOut(house, await enrolTwo(house), PAYMENTS);
  });
  after(() => house.close());

  const drift = (manifests: string, kinds?: readonly (typeof REST)[number][]) =>
    house.changes.drift({ manifests, ...(kinds === undefined ? {} : { kinds }) });
  const without = (kind: string): string =>
    PAYMENTS.split('---\n')
      .filter((document) => !document.includes(`kind: ${kind}\n`))
      .join('---\n');

  test('there is none where everything declared stands, whatever Muniment brings itself', async () => {
    const { missing, undeclared, differing } = await drift(PAYMENTS, REST);
    assert.deepEqual([missing, undeclared, differing], [[], [], []]);
  });

  test('people who were enrolled and are not declared are told of, by login name', async () => {
    assert.deepEqual(names((await drift(PAYMENTS)).undeclared), ['Person ada', 'Person bo']);
  });

  test('what is in force and not declared names the entry that it rests on', async () => {
    const { undeclared, missing } = await drift(without('Trust'), REST);
    assert.deepEqual([names(undeclared), missing], [['Trust payments-unix'], []]);
    const entry = await house.log.entry(undeclared[0]?.entry ?? -1);
    assert.equal(entry?.kind, 'resource.declared');
  });

  test('what is declared and not in force is missing, and what leans on it with it', async () => {
    const more = `${PAYMENTS}---
apiVersion: muniment/v1
kind: Identity
name: payments-batch
spec: {kind: ci-job, purpose: Settles, application: payments, owner: olga, profile: read-only-api, environment: test}
---
apiVersion: muniment/v1
kind: Trust
name: payments-batch
spec: {identity: payments-batch, method: unix, where: {uid: 7}}
`;
    assert.deepEqual(names((await drift(more, REST)).missing), [
      'Identity payments-batch',
      'Trust payments-batch',
    ]);
  });

  const FIELDS: Array<[string, string, string, string, unknown, unknown]> = [
    ['a lifetime', 'maxTtlSeconds: 3600', 'maxTtlSeconds: 900', 'maxTtlSeconds', 900, 3600],
    ['an owner, by name', 'owner: olga\n  profile', 'owner: bo\n  profile', 'owner', 'bo', 'olga'],
    ['a condition', 'where: {uid: 1001}', 'where: {uid: 1002}', 'where', { uid: 1002 }, { uid: 1001 }],
    ['a field that is left out', '  audiences: [billing]\n', '', 'audiences', null, ['billing']],
    ['a personal value', 'Olga Orlova', 'Olga Other', 'displayName', 'Olga Other', 'Olga Orlova'],
  ];
  for (const [name, from, to, field, declared, inForce] of FIELDS) {
    test(`${name} that differs is told by its field, both ways`, async () => {
      assert.ok(PAYMENTS.includes(from));
      const { differing, missing } = await drift(PAYMENTS.replace(from, to));
      assert.deepEqual(missing, []);
      assert.deepEqual(
        differing.flatMap(({ fields }) => fields),
        [{ field, declared, inForce }],
      );
    });
  }

  test('a policy’s text is told once, not with its version', async () => {
    const { differing } = await drift(PAYMENTS.replace('uid == 1001', 'uid == 1002'));
    assert.deepEqual(
      differing[0]?.fields.map(({ field }) => field),
      ['cedar'],
    );
  });

  test('what is declared to be retired is drift while it stands, and none where it never did', async () => {
    const retired = (kind: string, name: string) =>
      `apiVersion: muniment/v1\nkind: ${kind}\nname: ${name}\nretire: true\n`;
    const declared = `${without('Trust')}---\n${retired('Trust', 'payments-unix')}---\n${retired('Trust', 'never')}`;
    const { undeclared, missing, differing } = await drift(declared, REST);
    assert.deepEqual([names(undeclared), missing, differing], [['Trust payments-unix'], [], []]);
  });

  test('only the kinds that are asked for are looked at', async () => {
    const { undeclared, missing } = await drift(without('Trust'), ['Profile']);
    assert.deepEqual([undeclared, missing], [[], []]);
  });

  test('it writes nothing, and refuses what is no manifest', async () => {
    const { size } = await house.log.head();
    assert.equal((await drift(PAYMENTS)).size, size);
    assert.equal((await house.log.head()).size, size);
    await assert.rejects(drift('kind: Nothing'), { code: 'invalid_manifest' });
    await assert.rejects(drift(PAYMENTS.replace('owner: olga}', 'owner: nobody}')), {
      code: 'invalid_manifest',
    });
  });
});
