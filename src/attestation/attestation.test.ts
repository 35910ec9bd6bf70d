import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Facts, TrustSpec } from '#verifier';
import { isMunimentError } from '../kernel/index.ts';
import { checkedClaims } from './facts.ts';
import { satisfies } from './match.ts';
import { attestUnix } from './unix.ts';

const withCode = (code: string) => (error: unknown) => isMunimentError(error) && error.code === code;
const FACTS = {
  uid: 1,
  gid: 2,
  pid: 3,
  proof: 'pid',
  path: '/bin/x',
  sha256: 'a'.repeat(64),
  user: 'u',
  group: 'g',
  groups: ['g'],
};

test('facts of a process pass as they are, and an absent one stays absent', () => {
  assert.deepEqual(attestUnix(FACTS), { method: 'unix', facts: FACTS });
  assert.deepEqual(attestUnix({ uid: 0 }).facts, { uid: 0 });
});

const HOSTILE: Array<[name: string, input: unknown]> = [
  ['nothing', null],
  ['a list', [FACTS]],
  ['a text', 'uid=0'],
  ['an unknown fact', { ...FACTS, admin: true }],
  ['a fact of the prototype', JSON.parse('{"__proto__": 1}')],
  ['an inherited name', { constructor: 'x' }],
  ['a uid as text', { uid: '0' }],
  ['a negative uid', { uid: -1 }],
  ['a uid beyond 32 bits', { uid: 2 ** 32 }],
  ['a fraction', { uid: 0.5 }],
  ['an undefined fact', { uid: undefined }],
  ['a relative path', { path: 'bin/x' }],
  ['a path of 4,096 bytes', { path: `/${'a'.repeat(4095)}` }],
  ['a path with a zero byte', { path: '/bin/x\u0000' }],
  ['a path with a line feed', { path: '/bin/x\n' }],
  ['a lone surrogate', { user: '\ud800' }],
  ['a short hash', { sha256: 'ab' }],
  ['an upper-case hash', { sha256: 'A'.repeat(64) }],
  ['another proof', { proof: 'word of honour' }],
  ['a list that is too long', { groups: Array(257).fill('g') }],
];
for (const [name, input] of HOSTILE) {
  test(`unix refuses ${name}`, () => assert.throws(() => attestUnix(input), withCode('attestation_refused')));
}

test('any facts are taken whole or refused', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(FACTS), 'x'), fc.anything()), (input) => {
      try {
        assert.deepEqual({ ...attestUnix(input).facts }, { ...input });
      } catch (error) {
        if (!withCode('attestation_refused')(error)) throw error;
      }
    }),
  );
});

const CLAIMS: Array<[name: string, input: unknown]> = [
  ['33 claims', Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`c${at}`, 'x']))],
  ['a name with a slash', { '../x': 'y' }],
  ['a long name', { ['a'.repeat(64)]: 'y' }],
  ['an object', { a: {} }],
  ['a long text', { a: 'x'.repeat(4097) }],
  ['null', null],
];
for (const [name, input] of CLAIMS) {
  test(`claims refuse ${name}`, () => assert.throws(() => checkedClaims(input), withCode('bad_request')));
}

const MATCHES: Array<[name: string, facts: Facts, where: TrustSpec['where'], holds: boolean]> = [
  ['an exact value', { uid: 1 }, { uid: 1 }, true],
  ['one of a list', { path: '/b' }, { path: ['/a', '/b'] }, true],
  ['all of several', { uid: 1, gid: 2 }, { uid: 1, gid: 2 }, true],
  ['another value', { uid: 2 }, { uid: 1 }, false],
  ['none of a list', { path: '/c' }, { path: ['/a', '/b'] }, false],
  ['an empty list', { path: '/c' }, { path: [] }, false],
  ['one of two', { uid: 1, gid: 3 }, { uid: 1, gid: 2 }, false],
  ['an absent fact', { uid: 1 }, { uid: 1, sha256: 'a'.repeat(64) }, false],
  ['a number as text', { uid: 1 }, { uid: '1' }, false],
  ['a list for a text', { path: ['/a'] }, { path: '/a' }, false],
  ['no condition', { uid: 1 }, {}, false],
  ['an inherited name', {}, { constructor: 'Object' }, false],
];
for (const [name, facts, where, holds] of MATCHES) {
  test(`a trust ${holds ? 'takes' : 'refuses'} ${name}`, () => assert.equal(satisfies(facts, where), holds));
}
