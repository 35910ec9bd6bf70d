import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CONTROLS, KINDS } from '#verifier';
import { ERRORS } from '../src/kernel/index.ts';
import { INTEROP } from './reference/interop.ts';
import { REFERENCE, referencePages } from './reference/pages.ts';
import { docstringBefore, membersOf, ROOT, textOf } from './reference/source.ts';

const pages = referencePages();
const textIn = (name: string): string => pages.find((page) => page.name === name)?.text ?? '';

describe('the reference', () => {
  for (const { name, text } of pages) {
    test(`${name} is what the code says`, () =>
      assert.ok(textOf(`${REFERENCE}/${name}`) === text, `${name} is out of date: npm run reference`));
  }

  test('there is no page that nothing generates', () =>
    assert.deepEqual(
      readdirSync(join(ROOT, REFERENCE)).sort(),
      [...pages.map(({ name }) => name), INTEROP].sort(),
    ));

  test('no error, kind of entry or control is left out', () => {
    for (const code of Object.keys(ERRORS)) assert.ok(textIn('errors.md').includes(`| \`${code}\` |`), code);
    for (const kind of KINDS) assert.ok(textIn('entries.md').includes(`\n### ${kind}\n`), kind);
    for (const { id } of CONTROLS) assert.ok(textIn('controls.md').includes(`\n### ${id} `), id);
  });

  test('nothing of this machine is in a page', () => {
    for (const { name, text } of pages) assert.ok(!text.includes(ROOT), name);
  });

  test('members are read with their docstrings, over several lines too', () => {
    const text =
      "export interface X {\n  /** One\n   * two. */\n  'a.b': string;\n  c: {\n    d: 1;\n  };\n}\n";
    assert.deepEqual(membersOf(text, 'X'), [
      { name: 'a.b', type: 'string', docstring: 'One two.' },
      { name: 'c', type: '{\n  d: 1;\n}', docstring: '' },
    ]);
    assert.throws(() => membersOf(text, 'Y'), /no interface Y/);
    assert.equal(docstringBefore(['const a = 1; /* no */', 'const b = 2;'], 1), '');
  });
});
