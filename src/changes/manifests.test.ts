import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { ACTIONS, ENVIRONMENTS, IDENTITY_KINDS, ROLES } from '#verifier';
import { isMunimentError } from '../kernel/index.ts';
import { type Manifest, parseManifests, printManifests } from './manifests.ts';

const publicKey = generateKeyPairSync('ed25519')
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64url');

const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => text.isWellFormed() && text.trim() !== '' && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text));
const optional = <T extends object>(
  value: { [K in keyof T]: fc.Arbitrary<T[K]> },
  required: Array<keyof T>,
) => fc.record(value, { requiredKeys: required as never });
const some = <T>(items: readonly T[], minLength = 1) => fc.subarray([...items], { minLength });

const SPECS: Record<Manifest['kind'], fc.Arbitrary<unknown>> = {
  Person: optional(
    {
      displayName: line,
      email: fc.constant('someone@example.com'),
      roles: some(ROLES, 0),
      keys: fc.constant([{ type: 'ed25519', publicKey }]),
      status: fc.constantFrom('active', 'left'),
      uid: fc.nat(65_535),
    },
    ['displayName'],
  ),
  Application: optional({ description: line, owner: name, status: fc.constant('active') }, [
    'description',
    'owner',
  ]),
  Profile: optional(
    {
      description: line,
      actions: some(ACTIONS),
      maxTtlSeconds: fc.integer({ min: 60, max: 86_400 }),
      audiences: fc.uniqueArray(line, { minLength: 1, maxLength: 3 }),
    },
    ['description', 'actions', 'maxTtlSeconds'],
  ),
  Identity: optional(
    {
      kind: fc.constantFrom(...IDENTITY_KINDS),
      purpose: line,
      application: name,
      owner: name,
      deputy: name,
      profile: name,
      environment: fc.constantFrom(...ENVIRONMENTS),
      spiffePath: name.map((text) => `/${text}`),
    },
    ['kind', 'purpose', 'application', 'owner', 'profile', 'environment'],
  ),
  Policy: fc.record({
    description: line,
    cedar: fc.array(line, { minLength: 1 }).map((lines) => lines.join('\n')),
  }),
  Trust: optional(
    {
      identity: name,
      method: fc.constant('unix'),
      where: fc.oneof(
        fc.record({ uid: fc.nat(9999) }),
        fc.record({ path: fc.constant(['/usr/bin/a', '/b']) }),
      ),
      agents: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
    },
    ['identity', 'method', 'where'],
  ),
  Rotation: optional(
    {
      identity: name,
      observation: line,
      rotator: fc.constant('postgres-password'),
      target: fc.constant({
        connection: { file: '/etc/muniment/admin' },
        role: 'billing',
        passwordFile: '/srv/billing/password',
        format: 'plain',
      }),
      intervalDays: fc.integer({ min: 31, max: 365 }),
      graceHours: fc.integer({ min: 1, max: 48 }),
      noticeDays: fc.nat(30),
    },
    ['identity', 'rotator', 'target', 'intervalDays', 'graceHours', 'noticeDays'],
  ),
  Exception: fc.record({
    control: fc.constant('NHI-AUT-02'),
    subject: line,
    owner: name,
    compensating: line,
    until: fc.constant('2027-01-01T00:00:00Z'),
    reason: line,
  }),
  ControlOwner: fc.record({
    covers: fc.constant('denial-kind'),
    target: fc.constant('locked'),
    owner: name,
    reviewer: name,
  }),
};

const manifest = fc.constantFrom(...(Object.keys(SPECS) as Array<Manifest['kind']>)).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    name,
    spec: fc.oneof({ weight: 6, arbitrary: SPECS[kind] }, fc.constant(null)),
  }),
) as fc.Arbitrary<Omit<Manifest, 'path'>>;

const manifests = fc.uniqueArray(manifest, {
  minLength: 1,
  maxLength: 6,
  selector: ({ kind, name }) => `${kind} ${name}`,
});

const withoutPath = ({ path, ...rest }: Manifest) => {
  assert.match(path, /^documents\[\d+\]$/);
  return rest;
};

test('what is printed is read back alike', () => {
  fc.assert(
    fc.property(manifests, (given) => {
      assert.deepEqual(parseManifests(printManifests(given)).map(withoutPath), structuredClone(given));
    }),
  );
});

/** Every object inside a value, with its path. */
function* objectsIn(value: unknown, path: string): Generator<[Record<string, unknown>, string]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [value as Record<string, unknown>, path];
  for (const [key, inner] of Object.entries(value)) {
    yield* objectsIn(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
  }
}

test('an unknown key at any depth is refused by its path', () => {
  fc.assert(
    fc.property(
      manifests,
      fc.nat(),
      fc.stringMatching(/^x[a-z]{1,8}$/),
      fc.nat(),
      (given, where, key, at) => {
        const documents = given.map(({ kind, name, spec }) =>
          structuredClone({ apiVersion: 'muniment/v1', kind, name, ...(spec ? { spec } : { retire: true }) }),
        );
        const index = where % documents.length;
        const places = [...objectsIn(documents[index], `documents[${index}]`)];
        const [target, path] = places[at % places.length] as [Record<string, unknown>, string];
        target[key] = 1;
        assert.throws(() => parseManifests(documents.map((each) => stringify(each)).join('---\n')), {
          code: 'unknown_key',
          path: `${path}.${key}`,
        });
      },
    ),
  );
});

test('any text is read or refused with a closed code', () => {
  const word = fc.constantFrom(
    'apiVersion: muniment/v1',
    'kind: Person',
    'name: x',
    '\n',
    '---',
    '- ',
    '? ',
    '&a',
    '*a',
    '{',
    '[',
    '!!x',
    '"',
    '<<: ',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word).map((words) => words.join('')),
  );
  fc.assert(
    fc.property(text, (hostile) => {
      try {
        parseManifests(hostile);
      } catch (error) {
        assert.ok(isMunimentError(error), String(error));
        assert.ok(['invalid_manifest', 'unknown_key', 'invalid_name'].includes(error.code), error.code);
      }
    }),
  );
});

const PERSON = (over: string) =>
  `apiVersion: muniment/v1\nkind: Person\nname: x\nspec: {displayName: X${over}}\n`;
const UNIX = (where: string) =>
  `apiVersion: muniment/v1\nkind: Trust\nname: x\nspec: {identity: y, method: unix, where: ${where}}\n`;

describe('refused', () => {
  const cases: Array<[string, string, object]> = [
    ['nothing', '', { code: 'invalid_manifest' }],
    ['a list', '- a', { code: 'invalid_manifest', path: 'documents[0]' }],
    ['another version', PERSON('').replace('/v1', '/v2'), { path: 'documents[0].apiVersion' }],
    ['another kind', PERSON('').replace('Person', 'Robot'), { path: 'documents[0].kind' }],
    [
      'a path in a name',
      PERSON('').replace('name: x', 'name: ../x'),
      { code: 'invalid_name', path: 'documents[0].name' },
    ],
    ['a name of 64', PERSON('').replace('name: x', `name: ${'x'.repeat(64)}`), { code: 'invalid_name' }],
    ['a name in another alphabet', PERSON('').replace('name: x', 'name: аdmin'), { code: 'invalid_name' }],
    [
      'a path in a reference',
      `apiVersion: muniment/v1\nkind: Application\nname: x\nspec: {description: d, owner: a/b}`,
      { code: 'invalid_name', path: 'documents[0].spec.owner' },
    ],
    ['a key twice', 'a: 1\na: 2', { code: 'invalid_manifest', message: /line 2/ }],
    [
      'a document twice',
      `${PERSON('')}---\n${PERSON('')}`,
      { path: 'documents[1]', message: /stands twice/ },
    ],
    ['a role twice', PERSON(', roles: [admin, admin]'), { path: 'documents[0].spec.roles' }],
    ['an alias', 'a: &x 1\nb: *x', { message: /aliases/ }],
    ['a tag', 'a: !x 1', { code: 'invalid_manifest' }],
    [
      '__proto__',
      UNIX('{uid: 1, __proto__: {a: 1}}'),
      { code: 'unknown_key', path: 'documents[0].spec.where.__proto__' },
    ],
    ['a trust of anything at all', UNIX('{}'), { path: 'documents[0].spec.where' }],
    ['a uid that is a word', UNIX('{uid: "0"}'), { path: 'documents[0].spec.where.uid' }],
    ['a relative path', UNIX('{path: bin/sh}'), { path: 'documents[0].spec.where.path' }],
    ['a hash that is none', UNIX('{sha256: abc}'), { path: 'documents[0].spec.where.sha256' }],
    [
      'a token with conditions',
      'apiVersion: muniment/v1\nkind: Trust\nname: x\nspec: {identity: y, method: token, where: {uid: 1}}',
      { code: 'unknown_key' },
    ],
    [
      'retired, with a spec',
      PERSON('').replace('spec:', 'retire: true\nspec:'),
      { code: 'unknown_key', path: 'documents[0].spec' },
    ],
    [
      'retire: false',
      'apiVersion: muniment/v1\nkind: Person\nname: x\nretire: false',
      { path: 'documents[0].retire' },
    ],
    [
      'a name that turns the line around',
      PERSON('').replace('X', '"\\u202eX"'),
      { path: 'documents[0].spec.displayName' },
    ],
    [
      'a space of no width',
      PERSON('').replace('X', '"a\\u200bb"'),
      { path: 'documents[0].spec.displayName' },
    ],
    ['only a space', PERSON('').replace('X', '" "'), { path: 'documents[0].spec.displayName' }],
    ['a lone surrogate', PERSON('').replace('X', '"\\ud800"'), { code: 'invalid_manifest' }],
    [
      'NUL in Cedar',
      'apiVersion: muniment/v1\nkind: Policy\nname: x\nspec: {description: d, cedar: "a\\0"}',
      { path: 'documents[0].spec.cedar' },
    ],
    [
      'a life of no seconds',
      'apiVersion: muniment/v1\nkind: Profile\nname: x\nspec: {description: d, actions: [join], maxTtlSeconds: 0}',
      { path: 'documents[0].spec.maxTtlSeconds' },
    ],
    [
      'half a second',
      'apiVersion: muniment/v1\nkind: Profile\nname: x\nspec: {description: d, actions: [join], maxTtlSeconds: 60.5}',
      { path: 'documents[0].spec.maxTtlSeconds' },
    ],
  ];
  for (const [what, text, expected] of cases) {
    test(what, () => assert.throws(() => parseManifests(text), expected));
  }
});

test('little text does not take long, whatever it holds', () => {
  const hostile: Array<[string, string]> = [
    ['too long', 'x'.repeat(300_000)],
    ['deep in flow', '['.repeat(200_000)],
    ['deep in block', '- '.repeat(100_000)],
    ['deep in keys', '? '.repeat(100_000)],
    ['deep by indentation', Array.from({ length: 700 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')],
    ['many keys', Array.from({ length: 30_000 }, (_, at) => `${at}:`).join('\n')],
    ['many faults', '"'.repeat(200_000)],
    ['many documents', '---\n'.repeat(60_000)],
    ['many directives', '%x\n'.repeat(60_000)],
  ];
  for (const [what, text] of hostile) {
    const started = performance.now();
    assert.throws(() => parseManifests(text), { name: 'MunimentError' }, what);
    assert.ok(performance.now() - started < 10_000, what);
  }
});
