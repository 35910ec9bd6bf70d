import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCodeOwners } from './code-owners.ts';

describe('CODEOWNERS', () => {
  const CASES: Array<[string, string, boolean]> = [
    ['*', '/a/b.yml', true],
    ['*.yml', '/a/b.yml', true],
    ['*.yml', '/b.yaml', false],
    ['/a/', '/a/b/c.yml', true],
    ['/a/', '/x/a/c.yml', false],
    ['a/', '/x/a/c.yml', true],
    ['a', '/x/a/c.yml', true],
    ['/a', '/ab', false],
    ['docs/*', '/docs/a.md', true],
    ['docs/*', '/docs/b/a.md', false],
    ['docs/*', '/x/docs/a.md', false],
    ['**/logs', '/x/y/logs/a', true],
    ['/a/**/z.yml', '/a/z.yml', true],
    ['/a/**/z.yml', '/a/b/c/z.yml', true],
    ['/a?c.yml', '/abc.yml', true],
    ['/a+(b).yml', '/a+(b).yml', true],
    ['/with\\ space.yml', '/with space.yml', true],
    ['constructor', '/constructor', true],
  ];
  for (const [pattern, path, takes] of CASES)
    it(`${pattern} ${takes ? 'takes' : 'leaves'} ${path}`, () =>
      assert.deepEqual(readCodeOwners(`${pattern} @a`)(path), takes ? ['@a'] : []));

  it('the last rule that matches counts, also one that names nobody', () => {
    const owners = readCodeOwners('# all\n* @all # of us\n/a/ @a @b\n/a/none\n');
    assert.deepEqual(owners('/x'), ['@all']);
    assert.deepEqual(owners('/a/x'), ['@a', '@b']);
    assert.deepEqual(owners('/a/none'), []);
  });

  it('a section of GitLab answers for rules that name nobody', () => {
    const owners = readCodeOwners('[Platform][2] @acme/platform\n*.tf\n^[Docs]\n*.md @docs\n*.txt\n');
    assert.deepEqual(['/a.tf', '/a.md', '/a.txt'].map(owners), [['@acme/platform'], ['@docs'], []]);
  });

  it('a pattern of many stars is matched in no time', () => {
    const started = Date.now();
    const owners = readCodeOwners(`${'*a'.repeat(100)} @a\n${'**/a/'.repeat(100)} @b\n`);
    assert.deepEqual(owners(`/${'a'.repeat(400)}b`), []);
    assert.deepEqual(owners(`/${'a/'.repeat(400)}b`), ['@b']);
    assert.ok(Date.now() - started < 5_000);
  });
});
