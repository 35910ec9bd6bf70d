import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planMarkdown } from './markdown.ts';

const plan = (title: string, text: string) => ({
  change: 'chg_x',
  plan: {
    title,
    reason: 'why',
    operations: [
      { op: 'create', kind: 'Trust' },
      { op: 'create', kind: 'Trust' },
    ],
  },
  planDigest: 'd'.repeat(64),
  text,
});

test('a plan is a comment with its digest, its source and a difference', () => {
  const text = planMarkdown(plan('payments goes live', '+a: 1\n'), 'git abc manifests');
  assert.match(text, /^### Muniment plan: ` payments goes live `$/m);
  assert.match(text, /^- operations: 2 × create Trust$/m);
  assert.match(text, /^- source: ` git abc manifests `$/m);
  assert.match(text, /^```diff\n\+a: 1\n```$/m);
  assert.match(text, /muniment approve chg_x --digest d{64}/);
});

test('what is too long is cut at a line, and that is said', () => {
  const text = planMarkdown(plan('t', `${'x'.repeat(99)}\n`.repeat(700)), 's');
  assert.ok(text.length < 65_536);
  assert.match(text, /\*\*\d+ more characters are not shown here\.\*\*/);
});

test('no title and no manifest gets out of its fence', () => {
  const word = fc.string({ unit: fc.constantFrom('`', '\n', '~', '@', 'x', '<', '>') });
  fc.assert(
    fc.property(word, word, (title, body) => {
      const text = planMarkdown(plan(`t${title}`, `b${body}e`), 's');
      const [opening] = /^`{3,}(?=diff$)/m.exec(text) ?? [''];
      const inside = text.slice(text.indexOf(`${opening}diff\n`) + opening.length + 5);
      const end = inside.indexOf(`\n${opening}\n`);
      assert.equal(inside.slice(0, end), `b${body}e`.trimEnd());
      assert.ok(text.split('\n')[0]?.startsWith('### Muniment plan: `'));
    }),
  );
});
