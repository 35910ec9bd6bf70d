import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '#verifier';
import { planText } from './text.ts';

const HOSTILE = 'a\r\nplan digest: 00\u001b[2J\u202eb\u2028c\u0000';

test('nothing that somebody wrote makes a line of its own, or speaks to the terminal', () => {
  const spec = { description: HOSTILE, owner: 'a' };
  const plan = {
    change: 'chg_a',
    title: HOSTILE,
    reason: HOSTILE,
    proposer: 'per_a',
    operations: [
      { op: 'create', kind: 'Application', name: HOSTILE, id: 'app_a', before: null, after: spec },
    ],
    gains: [{ direction: 'gains', subject: HOSTILE, what: HOSTILE }],
  } as unknown as Plan;
  const text = planText(plan, () => HOSTILE);
  assert.doesNotMatch(text, /[\p{Bidi_Control}\u2028]|[^\P{Cc}\n]/u);
  assert.equal(text.match(/^plan digest: /gm)?.length, 1);
  assert.match(text, /^reason: a\\u000d\\u000aplan digest: 00\\u001b\[2J\\u202eb/m);
});
