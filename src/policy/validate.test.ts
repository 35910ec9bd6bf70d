import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { policyReferences, validatePolicy } from './index.ts';
import { parseStatements } from './statements.ts';

const when = (condition: string, effect = 'permit'): string =>
  `${effect}(principal, action, resource) when { ${condition} };`;

const refused = (cedar: string, message: RegExp): void =>
  assert.throws(() => validatePolicy(cedar), { code: 'invalid_policy', message });

test('an unknown attribute is refused by its path', () => {
  const cases: Array<[string, RegExp]> = [
    ['context.attested.uidd == 5', /unknown attribute `context\.attested\.uidd`/],
    ['context.attested has uidd', /unknown attribute `context\.attested\.uidd`/],
    ['context.attested has uid || context.attested has sha512', /`context\.attested\.sha512`/],
    ['context has attested.uidd', /`context\.attested\.uidd`/],
    ['context.claimed.uid == 5', /`context\.claimed\.uid`/],
    ['principal.ownr == "x"', /`principal\.ownr`/],
    ['principal has ownr', /`principal\.ownr`/],
    ['resource.name == "x"', /`resource\.name`/],
    ['context.foo.bar == "x"', /`context\.foo\.bar`/],
    ['if context.hour > 3 then context.nope == 1 else false', /`context\.nope`/],
    ['context.audience.containsAll([context.agnt])', /`context\.agnt`/],
  ];
  for (const [condition, message] of cases) {
    refused(when(condition), message);
    refused(when(condition, 'forbid'), message);
    refused(`forbid(principal, action, resource) unless { ${condition} };`, message);
  }
});

test('what Cedar itself refuses is refused in its words', () => {
  refused(when('context.attested.uid == 5'), /optional attribute `attested\.uid`.*presence/);
  refused(when('context.attested has uid && context.attested.uid == "5"'), /Long and String/);
  refused(when('false'), /impossible/);
  refused('permit(principal in Muniment::Person::"x", action, resource);', /Muniment::Person/);
  refused('permit(principal, action == Muniment::Action::"isue", resource);', /isue/);
  refused('permit(principal, action, resource == Muniment::TrustDomain::"that");', /that/);
  refused('permit(principal == ?principal, action, resource);', /template/);
  refused('permit(principal, action, resource) when', /end of input/);
  refused('', /no policy/);
  refused('// only words', /no policy/);
  refused(`// ${'x'.repeat(70_000)}`, /longer than 65536 bytes/);
});

test('what nests or chains so deep that it would break the engine for good never reaches it', () => {
  const around = (open: string, middle: string, close: string) => (depth: number) =>
    when(open.repeat(depth) + middle + close.repeat(depth));
  const shapes = [
    around('(', 'true', ')'),
    around('[', '', ']'),
    around('{a: ', '1', '}'),
    around('ip(', '"a"', ')'),
    around('if true then ', 'true', ' else true'),
    around('', '1 == 1', ' + 1'),
    around('', 'true', ' && true'),
    around('', 'true', ' || true'),
    around('', 'context', '.a'),
    around('', 'context', '["a"]'),
    around('"" == "((((" && ', 'true', ''),
  ];
  for (const shape of shapes) refused(shape(2_000), /nests deeper|operators and brackets/);
  refused(`// \u2028 "\n${when('('.repeat(400))} // "`, /nests deeper/);
  validatePolicy(when(`${'('.repeat(20)}true${')'.repeat(20)}`));
  validatePolicy(when(`"${'(.'.repeat(500)}" like "*"`));
});

test('good policies pass', () => {
  validatePolicy('permit(principal, action, resource);');
  validatePolicy(
    when('context.attested has uid && context.attested.uid == 5 && principal.environment == "test"'),
  );
  validatePolicy(when('context has agent && context.agent == "edge-1" && context.weekday < 6'));
  validatePolicy(
    'forbid(principal in Muniment::Application::"payments", action in Muniment::Action::"issue", resource);',
  );
});

test('the engine sorts statements as text; we keep the order of the source', () => {
  const hours = Array.from({ length: 23 }, (_, hour) => hour);
  const statements = parseStatements(hours.map((hour) => when(`context.hour > ${hour}`)).join('\n'));
  assert.deepEqual(
    statements.map(({ text }) => Number(/> (\d+)/.exec(text)?.[1])),
    hours,
  );
});

test('references name every declared thing in scope and conditions', () => {
  const cedar = `permit(principal == Muniment::Identity::"a", action, resource);
    forbid(principal, action, resource) when { principal in Muniment::Application::"b" || principal in Muniment::Profile::"c" };`;
  assert.deepEqual(policyReferences(cedar), [
    { kind: 'Identity', name: 'a' },
    { kind: 'Application', name: 'b' },
    { kind: 'Profile', name: 'c' },
  ]);
});

test('any text either validates or is refused as an invalid policy', () => {
  const word = fc.constantFrom(
    'permit',
    'forbid',
    '(',
    ')',
    'principal',
    'action',
    ';',
    '{',
    '"',
    'when',
    '\0',
    '&&',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(text, (cedar) => {
      try {
        validatePolicy(cedar);
      } catch (error) {
        assert.equal((error as { code: string }).code, 'invalid_policy');
      }
    }),
  );
});
