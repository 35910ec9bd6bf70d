import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listOf, nextQuery, shortPage } from './link-paging.ts';

const BASE = 'https://api.example.net';
const linked = (link: string) => nextQuery(new Headers({ link }), BASE);

test('the next page is the query of the link that says so, wherever it points', () => {
  assert.equal(linked(`<${BASE}/a?page=1>; rel="prev", <${BASE}/a?page=3&x=y>; rel="next"`), 'page=3&x=y');
  assert.equal(linked('<https://elsewhere.invalid/b?after=q,r>; rel=next; title="x"'), 'after=q,r');
  assert.equal(linked('</a?page=2>; rel="next"'), 'page=2');
});

test('no link, or none to a next page, ends the list', () => {
  assert.equal(nextQuery(new Headers(), BASE), undefined);
  for (const link of [`<${BASE}/a?page=9>; rel="last"`, '<>; rel="nextish"', 'next', '<https://['])
    assert.equal(linked(link), undefined, link);
});

test('a short page is a fault unless it is the last', () => {
  assert.equal(shortPage([1], 2, 'page=2').length, 1);
  assert.deepEqual([shortPage([1], 2, undefined), shortPage([1, 2], 2, 'page=2')], [[], []]);
});

test('what holds no list is an error, not an empty one', () => {
  assert.deepEqual(listOf({ keys: [1] }, 'keys'), [1]);
  for (const body of [null, {}, { keys: {} }, 'x'])
    assert.throws(() => listOf(body, 'keys'), { kind: 'failed' });
});
