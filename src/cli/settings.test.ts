import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsOf } from './settings.ts';

const SCHEMAS = {
  place: { type: 'string' },
  depth: { type: 'integer' },
  deep: { type: 'boolean' },
  hosts: { type: 'array', items: { type: 'string' } },
  ports: { type: 'array', items: { type: 'integer' } },
  more: { type: 'object' },
};

const CASES: Array<[given: string[], settings: Record<string, unknown>]> = [
  [[], {}],
  [['place=123'], { place: '123' }],
  [['place=a=b'], { place: 'a=b' }],
  [['place='], { place: '' }],
  [['depth=3', 'deep=true'], { depth: 3, deep: true }],
  [['hosts=one', 'hosts=2'], { hosts: ['one', '2'] }],
  [['ports=22', 'ports=2222'], { ports: [22, 2222] }],
  [['hosts=["one","two"]'], { hosts: ['one', 'two'] }],
  [['more={"a":1}'], { more: { a: 1 } }],
  [['unknown=5', 'other=five'], { unknown: 5, other: 'five' }],
];
for (const [given, settings] of CASES)
  test(`settings: ${given.join(' ')}`, () => assert.deepEqual(settingsOf(given, SCHEMAS), settings));

for (const given of [['place'], ['=x'], ['depth=deep'], ['place=a', 'place=b'], ['more={']])
  test(`no settings: ${given.join(' ')}`, () =>
    assert.throws(() => settingsOf(given, SCHEMAS), { code: 'unknown_option' }));
