import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ObservedValue, Rows } from '#verifier';
import {
  POSTURE_FINDINGS,
  type PostureAnswer,
  type PostureFinding,
  type PostureInput,
  postureOf,
} from './posture.ts';

type Row = Rows['observation'];
type Sweep = Rows['sweep'];

const NOW = new Date('2026-01-01T00:00:00Z');
const OLD = '2024-12-31T23:59:59.000Z';
const YOUNG = '2025-01-02T00:00:00.000Z';

let serial = 0;
const seen = (
  kind: Row['class'],
  attributes: Record<string, ObservedValue>,
  more: Partial<Row> = {},
): Row => {
  serial += 1;
  const key = `host/${kind}/${serial}`;
  const where = { source: 'host', partition: 'x', joins: [], provenance: [] };
  const times = { firstSeen: OLD, lastChanged: OLD, entry: serial, sweep: 'swp_x' };
  return { ...where, key, class: kind, label: key, present: true, attributes, ...times, ...more };
};

const swept = (verdict: Sweep['verdict'], denied: Sweep['denied'] = []): Sweep =>
  ({ source: 'host', partition: 'x', verdict, denied, errors: [] }) as unknown as Sweep;

const account = (more: Record<string, ObservedValue> = {}, row: Partial<Row> = {}) =>
  seen('identity', { kind: 'host-account', ...more }, row);

function answer(finding: PostureFinding, input: Partial<PostureInput>): PostureAnswer {
  const given = { observations: [], sweeps: [swept('COMPLETE')], registered: [], now: NOW, ...input };
  return postureOf(given).find((each) => each.finding === finding) as PostureAnswer;
}

const parts = ({ parts }: PostureAnswer): Record<string, number> =>
  Object.fromEntries(parts.map(({ part, count }) => [part, count]));

describe('what was not looked at', () => {
  for (const sweeps of [[], [swept('FAILED')]]) {
    it(`is never zero: ${sweeps.length === 0 ? 'no sweep' : 'a failed one'}`, () => {
      for (const finding of POSTURE_FINDINGS) {
        const { evaluable, count, why, next } = answer(finding, { sweeps, observations: [account()] });
        assert.deepEqual([evaluable, count, why], [false, null, 'no source was read'], finding);
        assert.match(next, /muniment sweep/);
      }
    });
  }

  it('is told beside the count where a sweep was partial', () => {
    const partial = answer('inventory', {
      sweeps: [swept('PARTIAL', [{ what: '/x', why: 'no permission' }])],
    });
    assert.equal(partial.whole, false);
    assert.match(partial.why, /1 place not read/);
    assert.equal(answer('inventory', {}).whole, true);
  });

  it('is gone things too: they count nowhere', () => {
    const gone = seen(
      'credential',
      { kind: 'x', modified: OLD, administrator: true, accountExists: false },
      { present: false },
    );
    for (const finding of ['inventory', 'rotation', 'orphans'] as const)
      assert.equal(answer(finding, { observations: [gone] }).count, 0, finding);
  });
});

describe('inventory', () => {
  it('counts identities and credentials, and tells those that nobody claimed', () => {
    const observations = [
      account(),
      account({}, { identity: 'idn_a' }),
      seen('credential', {}),
      seen('trust', {}),
    ];
    const found = answer('inventory', { observations });
    assert.equal(found.count, 3);
    assert.deepEqual(parts(found), {
      identities: 2,
      credentials: 1,
      permissions: 0,
      trusts: 1,
      exposures: 0,
      unregistered: 2,
      'not read': 0,
    });
    assert.match(found.next, /muniment claim/);
  });
});

describe('rotation', () => {
  const cases: Array<[string, Record<string, ObservedValue>, 'old' | 'unknown' | 'young' | 'none']> = [
    ['changed more than a year ago', { modified: OLD }, 'old'],
    ['changed less than a year ago', { modified: YOUNG }, 'young'],
    ['made long ago, touched since', { created: OLD, modified: YOUNG }, 'old'],
    ['of no known age', { created: null, modified: null }, 'unknown'],
    ['of an age that is no time', { modified: 'yesterday' }, 'unknown'],
    ['a login that was seen is no secret', { kind: 'ssh-login-seen', lastUsed: OLD }, 'none'],
  ];
  for (const [name, attributes, expected] of cases) {
    it(name, () => {
      const found = answer('rotation', { observations: [seen('credential', attributes)] });
      assert.equal(found.count, expected === 'old' ? 1 : 0);
      assert.equal(parts(found)['age unknown'], expected === 'unknown' ? 1 : 0);
    });
  }
});

describe('permissions', () => {
  it('tells every path to administrator', () => {
    const observations = [
      account({ administrator: true, path: 'uid 0' }),
      seen('permission', { administrator: true, path: 'sudo ALL' }),
      seen('permission', { administrator: true, path: 'docker group' }),
      seen('permission', { administrator: true, path: 'docker group' }),
      seen('permission', { administrator: false }),
    ];
    const found = answer('permissions', { observations });
    assert.equal(found.count, 4);
    assert.deepEqual(
      found.parts.map(({ part, count }) => [part, count]),
      [
        ['docker group', 2],
        ['sudo ALL', 1],
        ['uid 0', 1],
      ],
    );
    assert.equal(found.keys.length, 4);
  });

  it('is not evaluable where no account was read', () => {
    const found = answer('permissions', { observations: [seen('permission', { administrator: true })] });
    assert.deepEqual([found.evaluable, found.count], [false, null]);
  });
});

describe('monitoring', () => {
  const cases: Array<[string, Array<ObservedValue>, number | null]> = [
    ['no log read', [null, null], null],
    ['nothing that would be logged', [], null],
    ['one silent', [true, false, null], 1],
    ['all heard', [true], 0],
  ];
  for (const [name, traces, count] of cases)
    it(name, () =>
      assert.equal(
        answer('monitoring', { observations: traces.map((trace) => account({ trace })) }).count,
        count,
      ),
    );
});

describe('orphans', () => {
  const cases: Array<[string, Row, boolean]> = [
    [
      'a unit of an account that is gone',
      seen('identity', { kind: 'systemd-service', accountExists: false }),
      true,
    ],
    ['one whose account cannot be told', seen('identity', { accountExists: null }), false],
    ['a timer of no service', seen('identity', { execExists: false }), true],
    ['a key that opens a nologin account', seen('trust', { accountMayLogIn: false }), true],
    ['a nologin account by itself', account({ accountMayLogIn: false }), false],
    ['what a retired identity had', seen('credential', {}, { identity: 'idn_gone' }), true],
    ['what a living one has', seen('credential', {}, { identity: 'idn_here' }), false],
  ];
  const registered = [
    { id: 'idn_gone', state: 'retired', answered: false },
    { id: 'idn_here', state: 'active', answered: true },
  ];
  for (const [name, row, orphan] of cases)
    it(name, () =>
      assert.deepEqual(answer('orphans', { observations: [row], registered }).keys, orphan ? [row.key] : []),
    );

  it('names declared identities that nobody answers for', () => {
    const found = answer('orphans', {
      registered: [...registered, { id: 'idn_alone', state: 'active', answered: false }],
    });
    assert.deepEqual([found.count, found.identities], [1, ['idn_alone']]);
  });
});

describe('every finding', () => {
  const value = fc.oneof(fc.boolean(), fc.constant(null), fc.constantFrom(OLD, YOUNG, 'host-account', 'x'));
  const words = fc.constantFrom(
    'kind',
    'administrator',
    'path',
    'trace',
    'accountExists',
    'modified',
    'created',
  );
  const observation = fc
    .tuple(
      fc.constantFrom('identity', 'credential', 'permission', 'trust', 'exposure'),
      fc.dictionary(words, value),
    )
    .map(([kind, attributes]) => seen(kind as Row['class'], attributes));

  it('counts exactly what its list holds, and each part what its own does', () => {
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 20 }), (observations) => {
        for (const { evaluable, count, keys, identities, parts: all, next, why } of postureOf({
          observations,
          sweeps: [swept('COMPLETE')],
          registered: [],
          now: NOW,
        })) {
          assert.equal(count, evaluable ? keys.length + identities.length : null);
          for (const { part, count: counted, keys: listed } of all)
            if (part !== 'not read') assert.equal(counted, listed.length);
          assert.ok(next !== '' && why !== '');
        }
      }),
    );
  });
});
