import assert from 'node:assert/strict';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { readHeld, replaceHeld, stagedPath } from './files.ts';

const RUN = 'run_test';
const [OLD, FRESH] = [Buffer.from('old\n'), Buffer.from('fresh\n')];

describe('a file that a rotation names', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'muniment-files-')));
    path = join(folder, 'secret');
    writeFileSync(path, OLD);
    chmodSync(path, 0o640);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is replaced by another that has its mode and owner, and nothing is left beside it', async () => {
    const before = lstatSync(path);
    await replaceHeld(path, OLD, FRESH, RUN);
    const after = lstatSync(path);
    assert.deepEqual(readFileSync(path), FRESH);
    assert.deepEqual([after.mode, after.uid, after.gid], [before.mode, before.uid, before.gid]);
    assert.notEqual(after.ino, before.ino);
    assert.deepEqual(readdirSync(folder), ['secret']);
  });

  test('keeps what somebody else wrote meanwhile', async () => {
    writeFileSync(path, 'theirs');
    await assert.rejects(replaceHeld(path, OLD, FRESH, RUN), { code: 'conflict' });
    assert.equal(readFileSync(path, 'utf8'), 'theirs');
    assert.deepEqual(readdirSync(folder), ['secret']);
  });

  test('is replaced though a crash left a file beside it, and through no link planted there', async () => {
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'not ours');
    symlinkSync(elsewhere, stagedPath(path, RUN));
    await replaceHeld(path, OLD, FRESH, RUN);
    assert.equal(readFileSync(elsewhere, 'utf8'), 'not ours');
    assert.ok(!lstatSync(path).isSymbolicLink());
  });

  const refused: Array<[string, () => string]> = [
    ['a symbolic link', () => planted((at) => symlinkSync(path, at))],
    [
      'behind a symbolic link',
      () =>
        join(
          planted((at) => symlinkSync(folder, at)),
          'secret',
        ),
    ],
    ['a hard link', () => planted((at) => linkSync(path, at))],
    ['a folder', () => planted((at) => mkdirSync(at))],
    ['nothing', () => join(folder, 'nothing')],
    ['too long', () => planted((at) => writeFileSync(at, Buffer.alloc(1024 * 1024 + 1)))],
  ];
  const planted = (plant: (at: string) => void): string => {
    const at = join(folder, 'planted');
    plant(at);
    return at;
  };
  for (const [what, plant] of refused)
    test(`is refused where it is ${what}`, async () => {
      await assert.rejects(readHeld(plant()), { code: 'conflict' });
    });
});
