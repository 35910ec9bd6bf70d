import assert from 'node:assert/strict';
import { test } from 'node:test';
import { administratesBy, grantsOf, rulesOf } from './policy.ts';

test('rules are read from HCL with comments, parameters and old words', () => {
  const text = `
    name = "app" # old
    // comment with a brace {
    path "secret/data/app/*" {
      capabilities = ["read", "list"]
      allowed_parameters = { "ttl" = ["1h"], "capabilities" = ["sudo"] }
      min_wrapping_ttl = "1s"
    }
    /* path "sys/*" { capabilities = ["sudo"] } */
    path "old/\\"quoted\\"" { policy = "write" }`;
  assert.deepEqual(rulesOf(text), [
    { path: 'secret/data/app/*', capabilities: ['read', 'list'] },
    { path: 'old/"quoted"', capabilities: ['create', 'read', 'update', 'delete', 'list'] },
  ]);
});

test('rules are read from JSON, and nothing is made of what is neither', () => {
  const json = JSON.stringify({ path: { 'a/*': { capabilities: ['read'] }, b: { policy: 'deny' } } });
  assert.deepEqual(rulesOf(json), [
    { path: 'a/*', capabilities: ['read'] },
    { path: 'b', capabilities: ['deny'] },
  ]);
  assert.deepEqual(rulesOf(''), []);
  for (const text of ['path "a" { capabilities = ["read"]', 'grant everything', '{', 'path "a" $ {}'])
    assert.equal(rulesOf(text), null, text);
});

test('who may change everything or has sudo is an administrator, and what is denied is no right', () => {
  const by = (path: string, ...capabilities: string[]) => administratesBy('p', [{ path, capabilities }]);
  assert.equal(by('*', 'read', 'update'), 'policy p: everything');
  assert.equal(by('*', 'read', 'list'), undefined);
  assert.equal(by('sys/rotate', 'update', 'sudo'), 'policy p: sudo on sys/rotate');
  assert.equal(by('*', 'deny', 'sudo'), undefined);
  assert.equal(administratesBy('root', []), 'policy root');
  const rules = [
    { path: 'a', capabilities: ['read', 'list'] },
    { path: 'b', capabilities: ['deny'] },
  ];
  assert.deepEqual(grantsOf(rules), ['read on a', 'list on a']);
});
