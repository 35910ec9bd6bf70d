import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { engineGeneration, policySetTextToParts, statefulIsAuthorized, validate } from './cedar.ts';
import { decide, validatePolicy } from './index.ts';
import { SCHEMA } from './schema.ts';
import { policyRow, request, viewOf } from './testing.ts';

const PERMIT = 'permit(principal, action, resource);';
/** What `parseStatements` keeps from the engine. */
const DEEP = `permit(principal, action, resource) when { ${'('.repeat(2_000)}true${')'.repeat(2_000)} };`;
const FAILED = { code: 'internal', message: 'the policy engine failed and was started anew' };

test('the package alone stays broken once its stack has overflowed', () => {
  const require = createRequire(import.meta.url);
  const file = require.resolve('@cedar-policy/cedar-wasm/nodejs');
  delete require.cache[file];
  const alone = require(file);
  assert.throws(() => alone.policySetTextToParts(DEEP), /RuntimeError|RangeError/);
  assert.throws(() => alone.policySetTextToParts(PERMIT), /RuntimeError|RangeError/);
});

test('an engine that falls is replaced: the call fails, and the same request is decided as before', () => {
  const view = viewOf(policyRow('all', PERMIT));
  const before = decide(request(), view);
  assert.equal(before.effect, 'allow');
  for (const fall of [
    () => policySetTextToParts(DEEP),
    () => validate({ schema: SCHEMA, policies: { staticPolicies: DEEP } }),
    () => statefulIsAuthorized(undefined as never),
  ]) {
    const generation = engineGeneration();
    assert.throws(fall, FAILED);
    assert.equal(engineGeneration(), generation + 1);
    assert.deepEqual(decide(request(), view), before);
    validatePolicy(PERMIT);
  }
});

test('a policy that was read while the engine fell is not taken for broken from then on', () => {
  const row = policyRow('all', PERMIT);
  const text = row.spec.cedar;
  let falls = 1;
  // The row is read once to be decided by: its first reading meets the fall.
  Object.defineProperty(row.spec, 'cedar', {
    get() {
      if (falls-- > 0) policySetTextToParts(DEEP);
      return text;
    },
  });
  assert.throws(() => decide(request(), viewOf(row)), FAILED);
  assert.equal(decide(request(), viewOf(row)).effect, 'allow');
});
