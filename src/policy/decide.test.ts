import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from './index.ts';
import { applicationRow, identityRow, policyRow, profileRow, request, viewOf } from './testing.ts';

const PERMIT_ALL = 'permit(principal, action, resource);';
const BY_UID = `permit(principal == Muniment::Identity::"payments-api", action in Muniment::Action::"issue", resource)
  when { context.attested has uid && context.attested.uid == 1001 };`;

test('a permit that matches allows, and is named with its version', () => {
  const policy = policyRow('payments', BY_UID);
  const decision = decide(
    request(),
    viewOf(
      policy,
      policyRow('other', PERMIT_ALL.replace('principal', 'principal == Muniment::Identity::"x"')),
    ),
  );
  assert.equal(decision.effect, 'allow');
  assert.equal(decision.rule, 'permit');
  assert.deepEqual(decision.determining, [{ policy: 'payments', version: policy.spec.version }]);
  assert.match(decision.reason, /`payments` statement 0/);
});

test('no rule means no, and the reason names the nearest permit and what it wanted', () => {
  const decision = decide(request({ attested: { uid: 7 } }), viewOf(policyRow('payments', BY_UID)));
  assert.equal(decision.effect, 'deny');
  assert.equal(decision.rule, 'none matched');
  assert.deepEqual(decision.determining, []);
  assert.match(decision.reason, /`payments` wants `context\.attested\.uid == 1001`/);
});

test('an absent fact is named as the condition that did not hold', () => {
  const decision = decide(request({ attested: {} }), viewOf(policyRow('payments', BY_UID)));
  assert.match(decision.reason, /wants `context\.attested has uid`/);
});

test('where no permit names the identity or the action, that is the reason', () => {
  assert.match(
    decide(request(), viewOf()).reason,
    /no policy permits `issue-x509-svid` to identity `payments-api`/,
  );
  const renewOnly = policyRow(
    'renewals',
    'permit(principal, action == Muniment::Action::"renew", resource);',
  );
  assert.match(decide(request(), viewOf(renewOnly)).reason, /other actions are permitted by `renewals`/);
});

test('an unless that holds against the request is named', () => {
  const policy = policyRow('office', 'permit(principal, action, resource) unless { context.hour < 12 };');
  assert.match(decide(request(), viewOf(policy)).reason, /`office` wants `unless context\.hour < 12`/);
});

test('a forbid wins over any permit', () => {
  const forbid = policyRow(
    'freeze',
    'forbid(principal in Muniment::Application::"payments", action, resource);',
  );
  const decision = decide(request(), viewOf(policyRow('all', PERMIT_ALL), forbid));
  assert.equal(decision.effect, 'deny');
  assert.equal(decision.rule, 'forbid');
  assert.deepEqual(decision.determining, [{ policy: 'freeze', version: forbid.spec.version }]);
});

test('a forbid on an absent attribute denies: Cedar alone would skip it and allow', () => {
  const forbid = policyRow(
    'no-shell',
    'forbid(principal, action, resource) when { context.attested.path == "/bin/sh" };',
  );
  const view = viewOf(policyRow('all', PERMIT_ALL), forbid);
  const decision = decide(request({ attested: { uid: 1001 } }), view);
  assert.equal(decision.effect, 'deny');
  assert.equal(decision.rule, 'error');
  assert.deepEqual(decision.determining, [{ policy: 'no-shell', version: forbid.spec.version }]);
  assert.equal(decide(request({ attested: { path: '/usr/bin/ok' } }), view).effect, 'allow');
});

test('a permit that errs denies too, even beside one that matches', () => {
  const erring = policyRow(
    'erring',
    'permit(principal, action, resource) when { context.attested.gid == 1 };',
  );
  const decision = decide(request({ attested: {} }), viewOf(policyRow('all', PERMIT_ALL), erring));
  assert.equal(decision.rule, 'error');
});

test('a policy in force that does not parse denies everything', () => {
  const decision = decide(
    request(),
    viewOf(policyRow('all', PERMIT_ALL), policyRow('torn', 'forbid(principal')),
  );
  assert.equal(decision.effect, 'deny');
  assert.match(decision.reason, /`torn` does not parse/);
});

test('text that is not the version it claims denies everything', () => {
  const forged = policyRow('forged', 'permit(principal, action, resource) when { context.hour > 1 };');
  forged.spec = { ...forged.spec, cedar: PERMIT_ALL };
  const decision = decide(request(), viewOf(forged));
  assert.equal(decision.rule, 'error');
  assert.match(decision.reason, /`forged` is not its version/);
});

test('a retired policy is not asked', () => {
  assert.equal(decide(request(), viewOf(policyRow('all', PERMIT_ALL, true))).rule, 'none matched');
});

test('the profile limits whatever policies say', () => {
  const view = viewOf(policyRow('all', PERMIT_ALL));
  assert.equal(decide(request({ action: 'join' }), view).rule, 'profile');
  assert.equal(decide(request({ audience: ['billing'] }), view).effect, 'allow');
  assert.equal(decide(request({ audience: ['billing', 'ledger'] }), view).rule, 'profile');
  const open = {
    ...request({ audience: ['anything'] }),
    profile: profileRow('open', ['issue-x509-svid', 'issue-jwt-svid', 'join', 'renew'], ['*']),
  };
  assert.equal(decide(open, view).effect, 'allow');
  const silent = request({ profile: profileRow('silent', ['issue-jwt-svid']), action: 'issue-jwt-svid' });
  assert.equal(decide({ ...silent, audience: ['billing'] }, view).rule, 'profile');
});

test('a fact of the wrong type denies', () => {
  const view = viewOf(policyRow('all', PERMIT_ALL));
  for (const attested of [{ uid: '1001' }, { uid: 1.5 }, { path: 7 }, { path: ['a'] }, { groups: 'wheel' }]) {
    assert.equal(decide(request({ attested: attested as never }), view).rule, 'error');
  }
  assert.equal(decide(request({ ttlSeconds: Number.NaN }), view).rule, 'error');
});

test('what is claimed is never read as attested', () => {
  const decision = decide(
    request({ attested: {}, claimed: { uid: 1001 } }),
    viewOf(policyRow('payments', BY_UID)),
  );
  assert.equal(decision.effect, 'deny');
});

test('fact names from Object.prototype are nothing', () => {
  const hostile = JSON.parse('{"__proto__": {"uid": 1001}, "constructor": 1}');
  assert.equal(decide(request({ attested: hostile }), viewOf(policyRow('payments', BY_UID))).effect, 'deny');
});

test('scopes: identity, application, profile, agent, hour and audience are seen by policies', () => {
  const permits = [
    'permit(principal in Muniment::Application::"payments", action, resource);',
    'permit(principal in Muniment::Profile::"read-only-api", action, resource);',
    'permit(principal is Muniment::Identity in Muniment::Application::"payments", action, resource);',
    'permit(principal is Muniment::Identity, action in [Muniment::Action::"renew", Muniment::Action::"issue"], resource);',
    'permit(principal in Muniment::Identity::"payments-api", action, resource == Muniment::TrustDomain::"this");',
    'permit(principal, action, resource) when { principal.application == "payments" && principal.owner == "per_olga" };',
    'permit(principal, action, resource) when { context.hour == 10 && context.weekday == 2 && context.ttlSeconds <= 3600 };',
  ];
  for (const cedar of permits) {
    assert.equal(decide(request(), viewOf(policyRow('p', cedar))).effect, 'allow', cedar);
  }
  const other = request({
    identity: identityRow('reports', 'reporting', 'batch'),
    application: applicationRow('reporting'),
    profile: profileRow('batch', ['issue-x509-svid']),
  });
  for (const cedar of permits.slice(0, 3)) {
    assert.equal(decide(other, viewOf(policyRow('p', cedar))).effect, 'deny', cedar);
  }
});

test('the policy set is one hash over all versions in force, in any order', () => {
  const [a, b] = [policyRow('a', PERMIT_ALL), policyRow('b', BY_UID)];
  assert.equal(decide(request(), viewOf(a, b)).policySet, decide(request(), viewOf(b, a)).policySet);
  assert.notEqual(decide(request(), viewOf(a)).policySet, decide(request(), viewOf(a, b)).policySet);
});

test('more slices than the engine has names for: each is still answered by its own policies', () => {
  for (let round = 0; round < 2; round += 1) {
    for (let uid = 0; uid < 700; uid += 1) {
      const cedar = `permit(principal, action, resource) when { context.attested has uid && context.attested.uid == ${uid} };`;
      const view = viewOf(policyRow('p', cedar));
      assert.equal(decide(request({ attested: { uid } }), view).effect, 'allow');
    }
  }
});
