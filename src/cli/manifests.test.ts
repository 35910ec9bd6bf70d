import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readManifests, sourceOf } from './manifests.ts';

const COMMIT = /^git [0-9a-f]{40} /;
const DIRTY = /^git [0-9a-f]{40}\+dirty /;

describe('where manifests come from', () => {
  let folder: string;
  const git = (...asked: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...asked], {
      stdio: 'ignore',
    });
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'muniment-manifests-'));
    writeFileSync(join(folder, 'b.yaml'), 'b: 1\n');
    writeFileSync(join(folder, 'a.yml'), 'a: 1\n');
    writeFileSync(join(folder, 'notes.txt'), 'no manifest\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  test('a folder is its YAML files in the order of their names', () => {
    assert.equal(readManifests([folder]), 'a: 1\n\n---\nb: 1\n');
    assert.throws(() => readManifests([join(folder, 'none')]), { code: 'not_found' });
  });

  test('outside a checkout the paths alone are kept', () => {
    assert.equal(sourceOf([folder]), folder);
  });

  test('in a checkout the commit is, and whether what was read is what was committed', () => {
    git('init', '-q');
    assert.equal(sourceOf([folder]), folder, 'no commit yet');
    git('add', 'a.yml', 'b.yaml');
    git('commit', '-q', '-m', 'first');
    assert.match(sourceOf([folder]), COMMIT, 'a file that is no manifest is no matter');
    writeFileSync(join(folder, 'a.yml'), 'a: 2\n');
    assert.match(sourceOf([folder]), DIRTY);
    assert.match(sourceOf([join(folder, 'b.yaml')]), COMMIT, 'only what is read matters');
    git('commit', '-q', '-am', 'second');
    assert.match(sourceOf([folder]), COMMIT);
    writeFileSync(join(folder, 'c.yaml'), 'c: 1\n');
    assert.match(sourceOf([folder]), DIRTY, 'a manifest that nobody committed');
    writeFileSync(join(folder, '.gitignore'), 'c.yaml\n');
    assert.match(sourceOf([folder]), DIRTY, 'nor one that is ignored');
  });

  test('a checkout that would start a program when it is looked at starts none', () => {
    const witness = join(folder, 'started');
    git('config', 'core.fsmonitor', `touch ${witness} #`);
    sourceOf([folder]);
    assert.throws(() => readManifests([witness]), { code: 'not_found' });
  });
});
