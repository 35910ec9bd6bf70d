import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DENIAL_KINDS } from '#verifier';
import { carryOut, enrol, openTestHouse, type TestHouse, type TestPerson } from './testing.ts';

const MANIFESTS = `apiVersion: muniment/v1
kind: Exception
name: vendor-token
spec:
  control: NHI-AUT-02
  subject: Identity/muniment-agent
  owner: ada
  compensating: the file is readable by one unit alone
  until: "2100-01-01T01:00:00+01:00"
  reason: the vendor knows no other way
---
apiVersion: muniment/v1
kind: ControlOwner
name: locks
spec: {covers: denial-kind, target: locked, owner: ada, reviewer: bo}
---
apiVersion: muniment/v1
kind: ControlOwner
name: joining
spec: {covers: access-path, target: muniment-agent-token, owner: ada, reviewer: bo}
`;

let house: TestHouse;
let ada: TestPerson;
let bo: TestPerson;
before(async () => {
  house = await openTestHouse();
  ada = await enrol(house, 'ada');
  bo = await enrol(house, 'bo');
  await carryOut(house, ada, bo, MANIFESTS);
});
after(() => house.close());

const read = async (path: string) => {
  const answer = await house.call(`/api/v1${path}`, { headers: ada.bearer });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};

test('an exception is told with who owns it, who approved it, and when it lapses by itself', async () => {
  const { items } = await read('/exceptions');
  assert.equal(items.length, 1);
  const [{ subject, owner, approvers, until, lapsed }] = items;
  assert.equal(subject.name, 'muniment-agent');
  assert.deepEqual([owner.name, approvers[0].name], ['Person ada', 'Person bo']);
  assert.deepEqual([until, lapsed], ['2100-01-01T00:00:00.000Z', false]);
  const later = await read('/exceptions?asOf=2100-01-01T00:00:00Z');
  assert.equal(later.items[0].lapsed, true);
});

test('every thing that needs an owner is listed once, holes first', async () => {
  const { holes, items } = await read('/control-owners');
  const keys = items.map(
    ({ covers, target }: { covers: string; target: { id: string } }) => `${covers} ${target.id}`,
  );
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(
    items.findIndex(({ hole }: { hole: boolean }) => !hole),
    holes,
  );
  assert.equal(items.length - holes, 2);
  for (const kind of DENIAL_KINDS) assert.ok(keys.includes(`denial-kind ${kind}`));
  const joining = items.find(
    ({ target }: { target: { name: string } }) => target.name === 'muniment-agent-token',
  );
  assert.deepEqual([joining.owner.name, joining.reviewer.name], ['Person ada', 'Person bo']);
});

const REFUSED: Array<[what: string, spec: string, kind: string, says: RegExp]> = [
  [
    'owner and reviewer are one',
    '{covers: denial-kind, target: no_identity, owner: ada, reviewer: ada}',
    'ControlOwner',
    /one person/,
  ],
  [
    'a word that is none',
    '{covers: denial-kind, target: because, owner: ada, reviewer: bo}',
    'ControlOwner',
    /is no denial-kind: one of/,
  ],
  [
    'the same again',
    '{covers: denial-kind, target: locked, owner: bo, reviewer: ada}',
    'ControlOwner',
    /is for the same/,
  ],
  [
    'a policy that does not stand',
    '{covers: issuance-rule, target: nothing, owner: ada, reviewer: bo}',
    'ControlOwner',
    /no Policy is named/,
  ],
  [
    'a control that is none',
    '{control: NHI-XXX-99, subject: x, owner: ada, compensating: c, until: "2100-01-01T00:00:00Z", reason: r}',
    'Exception',
    /control/,
  ],
  [
    'no end',
    '{control: NHI-AUT-02, subject: x, owner: ada, compensating: c, reason: r}',
    'Exception',
    /until/,
  ],
  [
    'an identity that does not stand',
    '{control: NHI-AUT-02, subject: Identity/nobody, owner: ada, compensating: c, until: "2100-01-01T00:00:00Z", reason: r}',
    'Exception',
    /no Identity is named/,
  ],
];

for (const [what, spec, kind, says] of REFUSED) {
  test(`${kind} with ${what} is refused`, async () => {
    const manifests = `apiVersion: muniment/v1\nkind: ${kind}\nname: another\nspec: ${spec}\n`;
    const answer = await house.call('/api/v1/changes', {
      body: { manifests, title: 't', reason: 'r' },
      headers: ada.bearer,
    });
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.json.detail, says);
  });
}
