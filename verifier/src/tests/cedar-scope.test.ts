import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cedarScopes } from './cedar-scope.ts';

const one = (text: string) => cedarScopes(text)?.[0];

test('a scope is read with its conditions', () => {
  assert.deepEqual(one('permit (principal, action, resource);'), {
    effect: 'permit',
    principal: 'principal',
    action: 'action',
    resource: 'resource',
    conditional: false,
  });
  const text =
    'permit(principal == M::Identity::"a, b", action in [M::Action::"x", M::Action::"y"], resource) when { true };';
  assert.deepEqual(one(text), {
    effect: 'permit',
    principal: 'principal == M::Identity::""',
    action: 'action in [M::Action::"", M::Action::""]',
    resource: 'resource',
    conditional: true,
  });
});

const HIDING = [
  '// permit (principal, action, resource);\nforbid (principal, action, resource);',
  '@id("permit (principal, action, resource);") forbid (principal, action, resource);',
  'forbid (principal == M::I::"x\\"); permit (principal", action, resource);',
];
for (const text of HIDING) {
  test(`what a string or comment says is no statement: ${text}`, () => {
    assert.deepEqual(
      cedarScopes(text)?.map(({ effect }) => effect),
      ['forbid'],
    );
  });
}

for (const text of [
  'permit',
  'permit (principal, action);',
  'permit (action, principal, resource);',
  'x',
  'permit ((principal), action, resource);',
]) {
  test(`\`${text}\` cannot be followed`, () => assert.equal(cedarScopes(text), null));
}

test('any text is read or not, and nothing is thrown', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => void cedarScopes(text)));
});
