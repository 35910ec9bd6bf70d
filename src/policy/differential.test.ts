import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { ACTIONS } from '#verifier';
import { decide } from './index.ts';
import { questionOf } from './request.ts';
import { SCHEMA } from './schema.ts';
import { applicationRow, identityRow, policyRow, profileRow, request, viewOf } from './testing.ts';

const NAMES = ['a', 'b', 'c'];
const name = fc.constantFrom(...NAMES);

const principal = fc.oneof(
  fc.constantFrom('principal', 'principal is Muniment::Identity'),
  fc
    .tuple(fc.constantFrom('==', 'in'), name)
    .map(([op, id]) => `principal ${op} Muniment::Identity::"${id}"`),
  fc
    .tuple(fc.constantFrom('', 'is Muniment::Identity '), fc.constantFrom('Application', 'Profile'), name)
    .map(([is, type, id]) => `principal ${is}in Muniment::${type}::"${id}"`),
);

const actionName = fc.constantFrom(...ACTIONS, 'issue').map((each) => `Muniment::Action::"${each}"`);
const action = fc.oneof(
  fc.constant('action'),
  actionName.map((each) => `action in ${each}`),
  actionName.map((each) => `action == ${each}`),
  fc.array(actionName, { maxLength: 3 }).map((each) => `action in [${each.join(', ')}]`),
);

/** Some err on an absent attribute: those a validator would refuse, and an old policy may still hold. */
const condition = fc.constantFrom(
  'context.attested.uid == 1',
  'context.attested has uid && context.attested.uid == 1',
  'context.attested has path',
  'context.hour > 11',
  'principal.environment == "production"',
  'principal in Muniment::Application::"a"',
  'context.audience.contains("x")',
  'context.claimed has region && context.claimed.region == "eu"',
);

const clause = fc
  .tuple(fc.constantFrom('when', 'unless'), fc.array(condition, { minLength: 1, maxLength: 2 }))
  .map(([word, parts]) => `${word} { ${parts.map((part) => `(${part})`).join(' && ')} }`);

const statement = fc
  .tuple(fc.constantFrom('permit', 'permit', 'forbid'), principal, action, fc.array(clause, { maxLength: 2 }))
  .map(([effect, who, what, clauses]) => `${effect}(${who}, ${what}, resource) ${clauses.join(' ')};`);

const policies = fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { maxLength: 6 });

const asked = fc
  .record({
    action: fc.constantFrom(...ACTIONS),
    names: fc.tuple(name, name, name),
    attested: fc.record({ uid: fc.constantFrom(1, 2), path: fc.constant('/p') }, { requiredKeys: [] }),
    claimed: fc.record({ region: fc.constantFrom('eu', 'us') }, { requiredKeys: [] }),
    hour: fc.integer({ min: 0, max: 23 }),
  })
  .map(({ action, names: [identity, application, profile], attested, claimed, hour }) =>
    request({
      action,
      attested,
      claimed,
      identity: identityRow(identity, application, profile),
      application: applicationRow(application),
      profile: profileRow(profile, [...ACTIONS]),
      now: new Date(Date.UTC(2026, 2, 3, hour)),
    }),
  );

test('the slice answers as Cedar does on all policies at once, except that errors deny', () => {
  fc.assert(
    fc.property(policies, asked, (texts, question) => {
      const rows = texts.map((statements, at) => policyRow(`p${at}`, statements.join('\n')));
      const all = Object.fromEntries(
        texts.flatMap((each, at) => each.map((text, i) => [`p${at}#${i}`, text])),
      );
      const answer = isAuthorized({
        ...questionOf(question),
        schema: SCHEMA,
        validateRequest: true,
        policies: { staticPolicies: all },
      });
      assert.ok(answer.type === 'success', JSON.stringify(answer));
      const { decision, diagnostics } = answer.response;
      const ours = decide(question, viewOf(...rows));
      const erred = diagnostics.errors.length > 0;
      assert.equal(ours.effect, erred ? 'deny' : decision);
      const ids = erred ? diagnostics.errors.map(({ policyId }) => policyId) : diagnostics.reason;
      const expected = [...new Set(ids.map((id) => id.split('#')[0]))].sort();
      assert.deepEqual(ours.determining.map(({ policy }) => policy).sort(), expected);
    }),
    { numRuns: 500 },
  );
});
