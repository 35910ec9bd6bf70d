import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KnownPerson, type OwnerClaim, ownerClaims, proposeOwners } from './proposals.ts';

const person = (id: string, name: string, more: Partial<KnownPerson> = {}): KnownPerson => ({
  ...{ id, name, displayName: `${name} ${name}son`, email: `${name}@example.com`, status: 'active' },
  ...more,
});
const PEOPLE = [
  person('per_ada', 'ada', { displayName: 'Ada Lovelace' }),
  person('per_bo', 'bo', { displayName: 'Bo Smith' }),
  person('per_bo2', 'bosmith', { displayName: 'Bo Smith' }),
  person('per_gone', 'gone', { status: 'left' }),
  person('per_erased', 'erased', { name: null, displayName: null, email: null }),
];

type Case = [
  what: string,
  claims: OwnerClaim[],
  expected: Array<[owner: string | null, confidence: string, reason: RegExp]>,
];
const claim = (value: string, from: string, of: OwnerClaim['of'] = 'itself'): OwnerClaim => ({
  value,
  from,
  of,
});

const CASES: Case[] = [
  [
    'a mail in a tag',
    [claim('Ada@Example.com', 'tag')],
    [['per_ada', 'high', /^a tag names `Ada@Example\.com`$/]],
  ],
  ['a login of a sponsor', [claim('ada', 'sponsor')], [['per_ada', 'high', /sponsor/]]],
  ['a mailto', [claim('mailto:ada@example.com', 'tag')], [['per_ada', 'high', /tag/]]],
  ['an author of git', [claim('Ada L <ada@example.com>', 'git')], [['per_ada', 'medium', /last to change/]]],
  ['who made it', [claim('ada', 'creator')], [['per_ada', 'medium', /made by/]]],
  ['an ARN', [claim('arn:aws:iam::1234:user/ada', 'creator')], [['per_ada', 'low', /close to the name/]]],
  [
    'a name that is close',
    [claim('Ada Lovelace', 'directory')],
    [['per_ada', 'medium', /close to the name/]],
  ],
  ['a mail elsewhere', [claim('ada@elsewhere.example', 'tag')], [['per_ada', 'medium', /close to the name/]]],
  [
    'two people of one name',
    [claim('Bo Smith', 'tag')],
    [
      ['per_bo', 'low', /2 people go by that/],
      ['per_bo2', 'low', /2 people go by that/],
    ],
  ],
  [
    'code owners',
    [claim('@example/payments @ada @bo', 'code-owners')],
    [
      ['per_ada', 'medium', /code owners/],
      ['per_bo', 'medium', /code owners/],
    ],
  ],
  ['who has left', [claim('gone', 'tag')], [[null, 'low', /who has left/]]],
  ['a team', [claim('team-payments', 'tag')], [[null, 'low', /nobody who is enrolled/]]],
  [
    'a way of saying that is not known',
    [claim('ada', 'label')],
    [['per_ada', 'medium', /^label names `ada`/]],
  ],
  ['of what holds it', [claim('ada', 'tag', 'holder')], [['per_ada', 'medium', /of what holds it/]]],
  ['of the same seen elsewhere', [claim('ada', 'tag', 'same')], [['per_ada', 'high', /seen elsewhere/]]],
  [
    'the surest of one person counts, and comes first',
    [claim('bo', 'creator'), claim('ada', 'creator'), claim('ada', 'tag')],
    [
      ['per_ada', 'high', /tag/],
      ['per_bo', 'medium', /made by/],
    ],
  ],
  [
    'what names nobody comes last',
    [claim('team', 'tag'), claim('bo', 'git')],
    [
      ['per_bo', 'medium', /last to change/],
      [null, 'low', /nobody/],
    ],
  ],
  ['part of a name is no name', [claim('adamant', 'tag')], [[null, 'low', /nobody/]]],
  ['an erased person goes by nothing', [claim('erased', 'tag')], [[null, 'low', /nobody/]]],
];

for (const [what, claims, expected] of CASES) {
  test(`an owner is proposed: ${what}`, () => {
    const proposals = proposeOwners(claims, PEOPLE);
    assert.deepEqual(
      proposals.map(({ owner, confidence }) => [owner, confidence]),
      expected.map(([owner, confidence]) => [owner, confidence]),
    );
    for (const [at, [, , reason]] of expected.entries()) assert.match(proposals[at]?.reason ?? '', reason);
  });
}

test('attributes tell of owners; what was erased or is empty tells nothing', () => {
  assert.deepEqual(ownerClaims({ owner: 'ada', ownerFrom: 'git', createdBy: 'bo' }, 'itself'), [
    claim('ada', 'git'),
    claim('bo', 'creator'),
  ]);
  assert.deepEqual(ownerClaims({ owner: null, createdBy: ' ' }, 'itself'), []);
  assert.deepEqual(ownerClaims({ owner: 'ada' }, 'holder'), [claim('ada', 'tag', 'holder')]);
});
