import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DENIAL_KINDS } from '#verifier';

const ROOM = join(import.meta.dirname, '../issuance');
/** A ruling's or an objection's code, also where two are chosen between. */
const CODE = /\bcode(?:: | = )(?:[^'\n;]*\? )?'([a-z_]+)'(?: : '([a-z_]+)')?/g;

test('every code with which issuance refuses is a denial kind that somebody must answer for', () => {
  const codes = new Set<string>();
  for (const file of globSync('*.ts', { cwd: ROOM })) {
    if (file.endsWith('.test.ts')) continue;
    for (const [, ...found] of readFileSync(join(ROOM, file), 'utf8').matchAll(CODE))
      for (const code of found) if (code) codes.add(code);
  }
  assert.deepEqual([...codes].sort(), [...DENIAL_KINDS]);
});
