import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Rows } from '#verifier';
import type { Observed, Page } from './connector.ts';
import { emptyGathering, type Gathered, gather, reconcile, verdictOf } from './model.ts';

const secret = new Uint8Array(32).fill(7);
const scope = [
  { listing: 'users', where: ['/u'] },
  { listing: 'keys', where: ['/k'] },
];

const item = (id: string, attributes: Observed['attributes'] = {}): Observed => ({
  class: 'identity',
  naturalId: id,
  label: id,
  attributes,
});

const page = (listing: string, items: Observed[], more: Partial<Page> = {}): Page => ({
  listing,
  items,
  calls: 1,
  denied: [],
  errors: [],
  end: true,
  ...more,
});

function gathered(...pages: Page[]): Gathered {
  const all = emptyGathering();
  for (const each of pages) gather(all, 'test', each, secret);
  return all;
}

const rowsOf = (from: Gathered): Array<Rows['observation']> =>
  [...from.observations.values()].map((seen) => ({
    ...seen,
    sweep: 's',
    present: true,
    firstSeen: '',
    lastChanged: '',
    entry: 0,
  }));

const denied = [{ what: '/k', why: 'no permission' }];
const errors = [{ what: '/k', why: 'EIO' }];

describe('the verdict of a sweep', () => {
  const cases: Array<[string, Page[], string]> = [
    ['everything read', [page('users', []), page('keys', [])], 'COMPLETE'],
    ['a listing never came', [page('users', [])], 'PARTIAL'],
    ['a listing never ended', [page('users', []), page('keys', [item('a')], { end: false })], 'PARTIAL'],
    ['a range was denied', [page('users', []), page('keys', [], { denied })], 'PARTIAL'],
    ['a read failed', [page('users', []), page('keys', [], { errors })], 'PARTIAL'],
    ['nothing could be read', [], 'FAILED'],
    [
      'counts agree',
      [page('users', [item('a')], { providerCount: 1 }), page('keys', [], { providerCount: 0 })],
      'COMPLETE',
    ],
    [
      'the source counts more',
      [page('users', [item('a')], { providerCount: 2 }), page('keys', [], { providerCount: 0 })],
      'PARTIAL',
    ],
    [
      'a page that repeats',
      [page('users', [item('a'), item('a')], { providerCount: 2 }), page('keys', [], { providerCount: 0 })],
      'PARTIAL',
    ],
  ];
  for (const [name, pages, verdict] of cases) {
    it(`${name}: ${verdict}`, () => assert.equal(verdictOf({ scope }, gathered(...pages)).verdict, verdict));
  }
});

describe('reconciliation', () => {
  const before = gathered(page('users', [item('a', { uid: 1 }), item('b')]), page('keys', [item('k')]));
  const changes = (now: Gathered): string[] =>
    reconcile(rowsOf(before), now).map(({ change, observation }) => `${change} ${observation.label}`);

  it('says nothing where nothing changed, personal fields included', () => {
    const personal = [page('users', [item('p', { name: { personal: 'Anna' } })]), page('keys', [])];
    assert.deepEqual(reconcile(rowsOf(gathered(...personal)), gathered(...personal)), []);
  });

  it('tells new, changed and gone apart', () => {
    const now = gathered(page('users', [item('a', { uid: 2 }), item('c')]), page('keys', [item('k')]));
    assert.deepEqual(changes(now), ['changed a', 'new c', 'gone b']);
  });

  for (const [name, more] of [
    ['denied', { denied }],
    ['failed', { errors }],
    ['cut short', { end: false }],
  ] as const) {
    it(`retires nothing of a listing that was ${name}`, () => {
      assert.deepEqual(
        changes(gathered(page('users', [item('a', { uid: 1 }), item('b')]), page('keys', [], more))),
        [],
      );
    });
  }

  it('keeps a person out of labels, attributes and keys', () => {
    const now = gathered(
      page('users', [
        {
          ...item('account/anna'),
          label: { personal: 'anna' },
          attributes: { home: { personal: '/home/anna' } },
        },
      ]),
    );
    assert.doesNotMatch(JSON.stringify([...now.observations]), /anna/);
    assert.deepEqual(now.openings.map(({ value }) => value).sort(), ['/home/anna', 'anna']);
  });
});
