import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IDENTITY_STATES, type Rows } from '#verifier';
import type { View } from '../store/index.ts';
import { canMove, ownerStanding } from './model.ts';

const person = (id: string, over: Partial<Rows['person']> = {}): Rows['person'] => ({
  id,
  name: { commitment: '00' },
  spec: { displayName: { commitment: '00' }, roles: [], keys: [], status: over.left ? 'left' : 'active' },
  change: null,
  bootstrap: false,
  declared: '2026-01-01T00:00:00.000Z',
  entry: 1,
  retired: false,
  left: null,
  ...over,
});

const viewOf = (...persons: Array<Rows['person']>): View =>
  ({ rows: () => new Map(persons.map((row) => [row.id, row])) }) as unknown as View;

const identity = (deputy?: string) => ({ spec: { owner: 'o', deputy } }) as unknown as Rows['identity'];

const LEFT = '2026-03-01T00:00:00.000Z';
const UNTIL = '2026-03-15T00:00:00.000Z';

test('who answers for an identity', () => {
  const gone = person('o', { left: LEFT });
  const cases: Array<[string, View, string | undefined, string, object]> = [
    ['a living owner', viewOf(person('o')), undefined, LEFT, { standing: 'owner', person: 'o' }],
    ['nobody knows the owner', viewOf(), undefined, LEFT, { standing: 'none' }],
    [
      'left, inside the grace',
      viewOf(gone),
      undefined,
      '2026-03-14T23:59:59.999Z',
      { standing: 'grace', until: UNTIL },
    ],
    ['left, at its end', viewOf(gone), undefined, UNTIL, { standing: 'none' }],
    [
      'a deputy answers',
      viewOf(gone, person('d')),
      'd',
      LEFT,
      { standing: 'deputy', person: 'd', until: UNTIL },
    ],
    ['a deputy is no owner for good', viewOf(gone, person('d')), 'd', UNTIL, { standing: 'none' }],
    [
      'a deputy who left',
      viewOf(gone, person('d', { left: LEFT })),
      'd',
      LEFT,
      { standing: 'grace', until: UNTIL },
    ],
    [
      'a retired owner, day known',
      viewOf(person('o', { retired: true, left: LEFT })),
      undefined,
      LEFT,
      { standing: 'grace', until: UNTIL },
    ],
    [
      'a retired owner, day unknown',
      viewOf(person('o', { retired: true })),
      undefined,
      LEFT,
      { standing: 'none' },
    ],
  ];
  for (const [name, view, deputy, now, expected] of cases) {
    assert.deepEqual(ownerStanding(identity(deputy), view, new Date(now)), expected, name);
  }
});

test('states go forward, suspended may return, retired is the end', () => {
  const moves = IDENTITY_STATES.flatMap((from) =>
    IDENTITY_STATES.filter((to) => canMove(from, to)).map((to) => `${from} ${to}`),
  );
  assert.deepEqual(moves, [
    'requested approved',
    'requested retired',
    'approved active',
    'approved retired',
    'active suspended',
    'active retired',
    'suspended active',
    'suspended retired',
  ]);
});
