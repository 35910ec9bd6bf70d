import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawPage } from './contract.ts';
import { follow, forEachParent, remembering, type Step, sound } from './paging.ts';
import { SourceError } from './source-error.ts';

const step = (items: unknown[], next?: string): Step => ({
  page: { operation: 'GET /things', request: {}, items },
  next,
});
const steps: Record<string, Step> = {
  start: step([1, 2], 'a'),
  a: step([3], 'b'),
  b: step([]),
  loop: step([9], 'loop'),
};
const reading = (first: string, pagesMax = 10) =>
  follow({ pagesMax }, async (cursor) => steps[cursor ?? first] ?? step([]));

async function all(pages: AsyncIterable<RawPage>): Promise<RawPage[]> {
  const read: RawPage[] = [];
  for await (const page of pages) read.push(page);
  return read;
}

test('a listing ends where the provider says so, with an empty page too', async () => {
  const pages = await all(reading('start'));
  assert.deepEqual(
    pages.map(({ items, end }) => [items.length, end]),
    [
      [2, false],
      [1, false],
      [0, true],
    ],
  );
});

test('a page or a cursor that comes again is an error and ends the loop', async () => {
  await assert.rejects(all(reading('loop')), { kind: 'failed', message: /same (page|cursor) again/ });
  let asked = 0;
  const empty = follow({ pagesMax: 10 }, async () => {
    asked += 1;
    return step([], 'same');
  });
  await assert.rejects(all(empty), { kind: 'failed', message: /same cursor again/ });
  assert.equal(asked, 2);
});

test('beyond the limit of pages is a denied range', async () => {
  await assert.rejects(all(reading('start', 2)), { kind: 'denied', message: 'more than 2 pages' });
});

test('what is refused for one parent is told, and the rest stands', async () => {
  const parents = Array.from({ length: 60 }, (_, index) => index);
  async function* read(parent: number): AsyncGenerator<RawPage> {
    if (parent === 7) throw new SourceError('denied', 'no permission (403)');
    if (parent === 8) throw new SourceError('failed', 'not found (404)');
    yield { ...step([parent]).page, calls: 2, end: true };
  }
  const pages = await all(
    forEachParent({
      operation: 'GET /children',
      parents,
      nameOf: (parent) => `parent ${parent}`,
      read,
      itemsOf: (parent, raw) => raw.map((child) => ({ parent, child })),
    }),
  );
  assert.deepEqual(
    pages.map(({ items, calls, end }) => [items.length, calls, end]),
    [
      [48, 96, false],
      [10, 20, true],
    ],
  );
  assert.deepEqual(pages[0]?.denied, [{ what: 'parent 7', why: 'no permission (403)' }]);
  assert.deepEqual(pages[0]?.errors, [{ what: 'parent 8', why: 'not found (404)' }]);
});

test('no parents make one page, which ends', async () => {
  const pages = await all(
    forEachParent({
      operation: 'GET /children',
      parents: [],
      nameOf: String,
      read: () => reading('start'),
      itemsOf: (_, raw) => raw,
    }),
  );
  assert.deepEqual(
    pages.map(({ items, calls, end }) => [items.length, calls, end]),
    [[0, 0, true]],
  );
});

test('a listing that others hang on is read once for both', async () => {
  let reads = 0;
  const things = remembering(
    () => {
      reads += 1;
      return reading('start');
    },
    (item) => (item === 2 ? undefined : item),
  );
  await all(things.pages());
  assert.deepEqual(await things.all(), [1, 3]);
  assert.equal(reads, 1);
});

test('a listing that failed is not read again for what hangs on it', async () => {
  let reads = 0;
  const things = remembering(
    () => {
      reads += 1;
      return reading('loop');
    },
    (item) => item,
  );
  await assert.rejects(all(things.pages()));
  await assert.rejects(things.all(), { kind: 'failed' });
  assert.equal(reads, 1);
});

async function* pages(...given: Array<Partial<RawPage>>): AsyncGenerator<RawPage> {
  for (const page of given) yield { operation: 'GET /a', request: {}, items: [], end: false, ...page };
}

const readSound = async (...given: Array<Partial<RawPage>>) => {
  let items = 0;
  for await (const page of sound(pages(...given))) items += page.items.length;
  return items;
};

test('a list that its own pages or count contradict, that was refused in part or breaks off is an error', async () => {
  assert.equal(await readSound({ items: [1] }, { items: [2], end: true, providerCount: 2 }), 2);
  await assert.rejects(readSound({ items: [1], end: true, providerCount: 2 }), { kind: 'failed' });
  await assert.rejects(readSound({ items: [1], errors: [{ what: 'a page', why: 'short' }] }), {
    message: 'short',
  });
  await assert.rejects(readSound({ denied: [{ what: 'a part', why: 'no' }], end: true }), { kind: 'denied' });
  await assert.rejects(readSound({ items: [1] }), { kind: 'failed' });
});

test('whoever asks us to wait too long is not asked for all the others', async () => {
  let asked = 0;
  const pages = forEachParent({
    operation: 'GET /children',
    parents: Array.from({ length: 200 }, (_, at) => at),
    nameOf: String,
    // biome-ignore lint/correctness/useYield: it never comes to a page
    async *read() {
      asked += 1;
      throw new SourceError('limited', 'too many requests (429)');
    },
    itemsOf: (_, raw) => raw,
  });
  await assert.rejects(all(pages), { kind: 'limited' });
  assert.ok(asked < 10, `${asked} were asked`);
});
