import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { operationsTable, sourceReadmes, withOperations } from '../../../tools/source-readmes.ts';
import type { SourceType } from '../contract.ts';

const root = join(import.meta.dirname, '../../..');
const readmes = await sourceReadmes();
/** Swept without being configured. */
const BUILT_IN = ['host'];

/** Commands of the fenced `sh` blocks, each on one line. */
const commandsOf = (readme: string): string[] =>
  [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .map((block) => (block[1] ?? '').replaceAll(/\\\n\s*/g, ' '))
    .flatMap((block) => block.split('\n'));

/** What a newcomer is missing in the recipe to connect a source, test it and sweep it. */
function missing(readme: string, type: string): string[] {
  const commands = commandsOf(readme);
  const added = commands.flatMap((line) => {
    const [, name, rest] = /^muniment source add (\S+)(.*)$/.exec(line) ?? [];
    return name !== undefined && `${name}${rest} `.includes(`${type} `) ? [name] : [];
  });
  const [name] = BUILT_IN.includes(type) ? [type] : added;
  if (name === undefined) return [`muniment source add, of type ${type}`];
  return [`muniment source test ${name}`, `muniment sweep ${name}`].filter(
    (command) => !commands.some((line) => `${line} `.startsWith(`${command} `)),
  );
}

describe('the README of each source', () => {
  for (const { path, source } of readmes) {
    const read = () => readFileSync(join(root, path), 'utf8');
    test(`${source.type}: its folder has its name`, () =>
      assert.equal(dirname(path).split('/').at(-1), source.type));
    test(`${source.type}: lists the calls that are made`, () =>
      assert.ok(read() === withOperations(read(), source), `${path} is out of date: npm run reference`));
    test(`${source.type}: every operation of a listing is declared`, () => {
      const declared = source.operations.map(({ name }) => name);
      const used = source.listings.flatMap(({ operations }) => operations);
      assert.deepEqual(
        [...new Set(used)].filter((name) => !declared.includes(name)),
        [],
      );
    });
    test(`${source.type}: has a recipe`, () => assert.deepEqual(missing(read(), source.type), []));
  }
});

describe('the table of calls', () => {
  const source = {
    type: 'example',
    operations: [
      { name: 'GET /users', privilege: 'read:users' },
      { name: 'POST /a|b', privilege: 'none', note: 'a look-up' },
    ],
    listings: [
      { listing: 'users', operations: ['GET /users'] },
      { listing: 'keys', operations: ['GET /users'] },
    ],
  } as unknown as SourceType;
  const readme = 'Before.\n\n<!-- operations -->\nold\n<!-- /operations -->\n\nAfter.\n';

  test('names listings, and what is called to open', () => {
    const rows = operationsTable(source).split('\n').slice(2);
    assert.deepEqual(rows, [
      '| `GET /users` | read:users | `users`, `keys` |  |',
      '| `POST /a\\|b` | none | opening | a look-up |',
    ]);
  });

  test('replaces what stood there, and nothing else', () => {
    const written = withOperations(readme, source);
    assert.ok(written.startsWith('Before.\n\n<!-- operations -->\n\n| operation |'));
    assert.ok(written.endsWith('|\n\n<!-- /operations -->\n\nAfter.\n'));
    assert.equal(withOperations(written, source), written);
    assert.throws(() => withOperations('no table', source), /example has no <!-- operations -->/);
  });

  test('a recipe lacks what it lacks', () => {
    const recipe = (...lines: string[]) => ['```sh', ...lines, '```', ''].join('\n');
    const whole = ['muniment source add mine \\', '  --type example', 'muniment source test mine'];
    assert.deepEqual(missing(recipe(...whole, 'muniment sweep mine --explain'), 'example'), []);
    assert.deepEqual(missing(recipe(...whole), 'example'), ['muniment sweep mine']);
    assert.deepEqual(missing('muniment source add mine --type example', 'example'), [
      'muniment source add, of type example',
    ]);
    assert.deepEqual(missing(recipe('muniment sweep other'), 'host'), [
      'muniment source test host',
      'muniment sweep host',
    ]);
  });
});
