import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Entry, EntryData, Kind } from '#verifier';
import { record } from '../../../test/interop/support.ts';
import { granted, lockLifted, lockPlaced, refused } from '../../../test/support/drafts.ts';
import { OCSF_SCHEMA_VERSION, ocsfProblems } from '../../../test/support/ocsf.ts';
import { EXPORTED_KINDS, OCSF_VERSION, toOcsf } from './ocsf.ts';
import { frame, toSyslog } from './syslog.ts';

const CONTEXT = {
  origin: 'log.example/test',
  nameOf: (id: string) => (id === 'idn_a' ? 'payments' : undefined),
};
const TIME = '2026-03-03T09:00:00.000Z';

const dataOf = (draft: { data: unknown }) => draft.data;
const plan = {
  v: 1,
  change: 'chg_a',
  title: 'payments',
  reason: 'the shop opens',
  proposer: 'per_a',
  operations: [],
  gains: [],
} as const;

/** One of each exported kind; `grant` and `refusal` with an address too. */
const SAMPLES: Record<string, unknown> = {
  'credential.granted': dataOf(granted('idn_a')),
  'credential.refused': dataOf(refused('idn_a')),
  'agent.joined': { agent: 'agt_a', name: 'host', instance: 'ins_a', token: 'tok_a', keyHash: '00' },
  'lock.placed': dataOf(lockPlaced('lok_a', 'idn_a')),
  'lock.lifted': dataOf(lockLifted('lok_a')),
  'identity.moved': { identity: 'idn_a', from: 'active', to: 'suspended', reason: 'a test', change: null },
  'requests.counted': { source: '10.0.0.1', reason: 'unauthenticated', from: TIME, to: TIME, count: 3 },
  'change.proposed': { plan, planDigest: '00', source: null },
  'change.approved': { change: 'chg_a', planDigest: '00', approver: 'per_a', signature: {} },
  'change.refused': {
    change: 'chg_a',
    who: 'per_a',
    channel: 'api',
    code: 'self_approval_refused',
    message: 'no',
  },
  'change.applied': { change: 'chg_a', planDigest: '00', operations: 2, bootstrap: false },
  'change.withdrawn': { change: 'chg_a', reason: 'a test' },
  'session.opened': { person: 'per_a', method: 'key-file' },
  'session.ended': { person: 'per_a', reason: 'signed out' },
  'alert.raised': {
    alert: 'alr_a',
    detector: 'failed-attempts',
    about: 'ins_a',
    identity: 'idn_a',
    instance: 'ins_a',
    expected: 'fewer',
    seen: 'more',
    entries: [1, 2],
  },
  'alert.acknowledged': { alert: 'alr_a' },
  'alert.resolved': { alert: 'alr_a', outcome: 'expected', reason: 'a test' },
};

function entry(kind: string, data: unknown, index = 7): Entry {
  const leaf = {
    v: 1,
    kind: kind as Kind,
    time: TIME,
    subject: 'idn_a',
    actor: 'per_a',
    body: '00',
  } as const;
  return { index, leaf, body: { v: 1, nonce: '', occurred: TIME, data: data as EntryData[Kind] } };
}

describe('OCSF', () => {
  test('the vendored schema is of the version that events claim', () =>
    assert.equal(OCSF_SCHEMA_VERSION, OCSF_VERSION));

  test('there is a sample of each exported kind', () =>
    assert.deepEqual(Object.keys(SAMPLES).sort(), [...EXPORTED_KINDS].sort()));

  for (const [kind, data] of Object.entries(SAMPLES)) {
    test(`${kind} is valid by the published schema, with its body and without`, () => {
      const event = toOcsf(entry(kind, data), CONTEXT);
      assert.deepEqual(ocsfProblems(event ?? {}), []);
      assert.equal(event?.metadata.uid, 'log.example/test/7');
      assert.equal(event?.time, Date.parse(TIME));
      const withheld = toOcsf({ ...entry(kind, data), body: null }, CONTEXT);
      assert.deepEqual(ocsfProblems(withheld ?? {}), []);
    });
  }

  test('the published schema has nothing to say against one of each kind', (t) => {
    const events = Object.entries(SAMPLES).map(([kind, data]) => toOcsf(entry(kind, data), CONTEXT) ?? {});
    assert.deepEqual(events.flatMap(ocsfProblems), []);
    record(t, {
      tool: 'OCSF schema',
      version: OCSF_SCHEMA_VERSION,
      checked: 'an event of each exported kind, by the published schema',
      outcome: `${events.length} kinds valid`,
    });
  });

  test('a kind that is not exported makes no event', () =>
    assert.equal(toOcsf(entry('snapshot', { size: 0, state: '', tables: [] }), CONTEXT), undefined));

  test('a move says what it did, an address is told, and an unknown asker is one', () => {
    const moves = { active: 'Activate', suspended: 'Suspend', retired: 'Deactivate', approved: 'Update' };
    for (const [to, name] of Object.entries(moves)) {
      const data = { identity: 'idn_a', from: null, to, reason: '', change: null };
      assert.equal(toOcsf(entry('identity.moved', data), CONTEXT)?.activity_name, name);
    }
    const back = { identity: 'idn_a', from: 'suspended', to: 'active', reason: '', change: null };
    assert.equal(toOcsf(entry('identity.moved', back), CONTEXT)?.activity_name, 'Resume');
    const refusal = structuredClone(SAMPLES['credential.refused']) as EntryData['credential.refused'];
    Object.assign(refusal.request, { identity: null, instance: null, address: '2001:db8::1' });
    const event = toOcsf(entry('credential.refused', refusal), CONTEXT);
    assert.deepEqual(ocsfProblems(event ?? {}), []);
    assert.deepEqual(event?.src_endpoint, { ip: '2001:db8::1' });
  });

  test('the judge finds what is wrong', () => {
    const good = toOcsf(entry('lock.placed', SAMPLES['lock.placed']), CONTEXT) as Record<string, unknown>;
    const planted: Array<Record<string, unknown>> = [
      { ...good, class_uid: 1 },
      { ...good, nonsense: 1 },
      { ...good, time: 'now' },
      { ...good, activity_id: 55 },
      { ...good, activity_name: 'Create' },
      { ...good, entity: { type: 'identity' } },
      { ...good, metadata: { version: OCSF_VERSION } },
      { ...good, severity_id: undefined },
    ];
    for (const event of planted) assert.notDeepEqual(ocsfProblems(event), [], JSON.stringify(event));
  });
});

describe('syslog', () => {
  const event = (message: string) => ({
    ...(toOcsf(entry('lock.placed', SAMPLES['lock.placed']), CONTEXT) as never as Record<string, unknown>),
    message,
    time: Date.parse(TIME),
    metadata: { uid: 'log.example/test/7', event_code: 'lock.placed' },
  });

  test('RFC 5424: priority of the audit facility, version, time, host, program, kind', () => {
    const text = toSyslog(event('x'), 'host.example');
    assert.match(text, /^<108>1 2026-03-03T09:00:00\.000Z host\.example muniment - lock\.placed - \uFEFF\{/);
  });

  test('RFC 5425: a frame tells its own length in octets, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), (texts) => {
        const stream = Buffer.concat(texts.map((text) => frame(toSyslog(event(text), 'h'))));
        const read: string[] = [];
        for (let at = 0; at < stream.length; ) {
          const space = stream.indexOf(' ', at);
          const length = Number(stream.subarray(at, space).toString());
          read.push(stream.subarray(space + 1, space + 1 + length).toString('utf8'));
          at = space + 1 + length;
        }
        const messages = read.map((text) => JSON.parse(text.slice(text.indexOf('\uFEFF') + 1)).message);
        assert.deepEqual(messages, texts);
      }),
    );
  });

  test('a host name cannot break the header', () =>
    assert.match(toSyslog(event('x'), 'a b\n<1>'), /^<108>1 \S+ ab<1> muniment /));
});
